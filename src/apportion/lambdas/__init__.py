"""Thin entry points of AWS Lambda: an event in, one use case run, its response out.

They alone read these environment variables:

APPORTION_SETTINGS   apportion.toml: a path in the image, or s3://bucket/config/apportion.toml with
                     the rulebooks, lookups and drivers beside it
APPORTION_LEDGER     s3://bucket/ledger, where the ledger is kept between two invocations
APPORTION_EXPORT     s3://bucket/prefix/export, the export whose manifests arrive
APPORTION_PUBLISH    s3://bucket/lake, where tables are published; empty: nothing is published
APPORTION_DATABASE   the Glue database of those tables [apportion]
APPORTION_WORKGROUP  the Athena workgroup that runs the queries of reports [apportion]
APPORTION_REPORTS    s3://bucket/reports, where reports are delivered
APPORTION_EMAIL_FROM the sender of reports, verified in SES
APPORTION_EMAIL_TO   the recipients of reports, separated by commas; empty: no e-mail is sent
APPORTION_TOPIC      the ARN of the SNS topic for notices of reports; empty: no notice is sent
APPORTION_TABLE      the DynamoDB table of events that were handled (key `id`, ttl `expiration`)

aws-lambda-powertools reads its own: POWERTOOLS_SERVICE_NAME, POWERTOOLS_LOG_LEVEL,
POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_TRACE_DISABLED.

`ingest.main` needs the image; `report.main` runs from the image or from dist/lambda/report.zip.
"""
