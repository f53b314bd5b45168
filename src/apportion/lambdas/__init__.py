"""Entry points of AWS Lambda, thin: an event in, a command of the program run, its answer out.

What they are told by the environment, and nobody else reads:

APPORTION_SETTINGS   apportion.toml: a path in the image, or s3://bucket/config/apportion.toml with
                     the rulebooks, lookups and drivers beside it
APPORTION_LEDGER     s3://bucket/ledger, where the ledger is kept between two invocations
APPORTION_EXPORT     s3://bucket/prefix/export, the export whose manifests arrive
APPORTION_PUBLISH    s3://bucket/lake, where tables are published; empty: they are not
APPORTION_DATABASE   the Glue database of those tables [apportion]
APPORTION_WORKGROUP  the Athena workgroup that reports are asked in [apportion]
APPORTION_REPORTS    s3://bucket/reports, where reports are delivered
APPORTION_EMAIL_FROM the sender of reports, verified in SES
APPORTION_EMAIL_TO   the readers of reports, by commas; empty: nobody is written to
APPORTION_TOPIC      the ARN of an SNS topic that is told of reports; empty: none is
APPORTION_TABLE      the DynamoDB table that remembers which events were done (key `id`, ttl
                     `expiration`)

Beside them stand those of aws-lambda-powertools: POWERTOOLS_SERVICE_NAME, POWERTOOLS_LOG_LEVEL,
POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_TRACE_DISABLED.

`ingest.main` needs the image; `report.main` runs from the image or from dist/lambda/report.zip.
"""
