"""Every command of the program, `tags` and `aws`: its module and its line of the help page.

A module is imported when its command is used: help, completion and other commands start without it.
A test compares each line with the command itself.
"""

from __future__ import annotations

from .ui.listed_command import Listed

_START = "Start"
_MONTHLY = "Every month"
_REPORTS = "Reports"
_RULES = "Rules and ledger"
_AWS = "AWS"

PROGRAM = {
    "demo": Listed(_START, "demo", "Run Apportion on the bills of an example company."),
    "init": Listed(
        _START,
        "init",
        "Create a commented starter: settings, rulebook, input files and tag policy.",
    ),
    "ingest": Listed(
        _MONTHLY, "ingest", "Ingest bill files into the ledger and verify every byte."
    ),
    "allocate": Listed(
        _MONTHLY,
        "allocate",
        "Allocate every charge to an owner, split shared cost, and prove the totals.",
    ),
    "prove": Listed(
        _MONTHLY,
        "allocate",
        "Prove that no cost was lost: stated = ledger = derived = allocated.",
    ),
    "invoices": Listed(
        _MONTHLY,
        "invoices",
        "Add the provider's invoices, which the proof compares with the bill.",
    ),
    "journal": Listed(
        _MONTHLY,
        "journal",
        "Write journals for the finance system, and compare them with the general ledger.",
    ),
    "close": Listed(
        _MONTHLY, "close", "Close months for the books, and adjust them after the close."
    ),
    "report": Listed(
        _REPORTS, "report", "Show what each owner pays: direct cost, shared cost and total."
    ),
    "budget": Listed(_REPORTS, "budget", "Compare what each owner pays with its budget."),
    "nowcast": Listed(
        _REPORTS, "nowcast", "Estimate what days cost when their bill is complete, by owner."
    ),
    "review": Listed(
        _REPORTS, "review", "Write the monthly review for the meeting with finance, as a folder."
    ),
    "workbook": Listed(_REPORTS, "workbook", "Write a month as an Excel workbook."),
    "focus": Listed(_REPORTS, "focus", "Write an allocated month in FOCUS format."),
    "explain": Listed(
        _REPORTS, "explain", "Explain an amount: the rules, splits and charges behind it."
    ),
    "compare": Listed(
        _REPORTS, "compare", "Compare what each owner pays in two months or runs, by cause."
    ),
    "serve": Listed(_REPORTS, "serve", "Start the dashboard on this computer."),
    "site": Listed(
        _REPORTS,
        "site",
        "Write the dashboard as static files, for a bucket, a wiki or an e-mail.",
    ),
    "rules": Listed(
        _RULES, "rules", "Check rulebooks, show the rulebook of a month, print the JSON Schema."
    ),
    "tags": Listed(_RULES, "tags", "Check, measure and enforce the tag policy."),
    "ledger": Listed(
        _RULES, "ledger", "List bills and runs, delete superseded data, repair the ledger."
    ),
    "publish": Listed(
        _AWS,
        "publish",
        "Publish proved months as Iceberg tables in S3 and AWS Glue, for Athena, Spark and BI.",
    ),
    "query": Listed(
        _AWS,
        "publish",
        "Query the ledger or, through Athena, the published tables with SQL.",
    ),
    "deliver": Listed(
        _AWS, "publish", "Deliver the report of a month to S3, and notify recipients once."
    ),
    "cost-explorer": Listed(
        _AWS, "cost_explorer", "Query AWS Cost Explorer, without a bill or a ledger."
    ),
    "aws": Listed(_AWS, "aws", "Read and configure billing data in AWS."),
}

_POLICY = "Policy"
_BILLS = "Bills"
_ENFORCEMENT = "Enforcement"
_CODE = "Code"
_LIVE = "Live resources"

TAGS = {
    "check-policy": Listed(_POLICY, "tag_policy", "Check the tag policy."),
    "show": Listed(
        _POLICY,
        "tag_policy",
        "Show the tag policy: keys, where they are mandatory, allowed values.",
    ),
    "docs": Listed(
        _POLICY,
        "tag_policy",
        "Write a Markdown page that shows engineers which tags to set.",
    ),
    "schema": Listed(_POLICY, "tag_policy", "Print the JSON Schema of the tag policy format."),
    "coverage": Listed(_BILLS, "tag_coverage", "Show how much cost has valid mandatory tags."),
    "untagged": Listed(
        _BILLS,
        "tag_coverage",
        "List resources without valid mandatory tags, most expensive first.",
    ),
    "suggest": Listed(
        _BILLS,
        "tag_coverage",
        "Suggest aliases for tag keys and values with different spelling.",
    ),
    "generate": Listed(
        _ENFORCEMENT, "tag_generate", "Generate the files that enforce the tag policy."
    ),
    "prove-scp": Listed(
        _ENFORCEMENT,
        "tag_generate",
        "Test the generated service control policies, and show the cost they cannot control.",
    ),
    "replay": Listed(
        _ENFORCEMENT,
        "tag_generate",
        "Show which past API calls the service control policies would have denied.",
    ),
    "check": Listed(
        _CODE,
        "tag_check",
        "Check the tags in Terraform code, Terraform plans and CloudFormation templates.",
    ),
    "scan": Listed(
        _LIVE,
        "tag_scan",
        "List resources without valid mandatory tags in your accounts now, by cost.",
    ),
    "fix": Listed(_LIVE, "tag_fix", "Correct tags on existing resources: plan, apply, undo."),
}

_COMMANDS = "Commands"

AWS = {
    "plan": Listed(_COMMANDS, "aws_plan", "Plan the activation of missing cost allocation tags."),
    "apply": Listed(
        _COMMANDS,
        "aws_plan",
        "Apply a tag activation plan, if nothing changed since it was made.",
    ),
    "policy": Listed(
        _COMMANDS,
        "aws_policy",
        "Write the IAM policy of a role, with only the actions it needs.",
    ),
    "accounts": Listed(
        _COMMANDS,
        "aws_accounts",
        "Account names, organizational units and tags, with their history.",
    ),
    "cost-categories": Listed(
        _COMMANDS,
        "cost_categories",
        "Convert AWS Cost Categories to a rulebook, and a rulebook to them.",
    ),
    "exports": Listed(_COMMANDS, "aws_exports", "List, plan and create AWS Data Exports."),
}
