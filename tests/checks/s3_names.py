from auditor.testing import Case, fails, fake, passes, refused, unknown
from checks.s3.names import bucket_name_valid, bucket_name_without_dots, predictable_names_held
from checks.s3.resources import Bucket, S3Account

OWN = "123456789012"


def bucket(name):
    return fake(Bucket, "arn:aws:s3:::b", region="eu-west-1", bucket_name=name)


def account(*names):
    return fake(S3Account, bucket_regions=dict.fromkeys(names, "eu-west-1"))


CASES: list[Case] = [
    passes(bucket_name_valid, bucket("orders-2026")),
    passes(bucket_name_valid, bucket("www.example.com")),
    passes(
        bucket_name_valid,
        bucket("orders-123456789012-eu-west-1-an"),
        doubt="Names of the account's own regional namespace, which end with -an, are valid.",
    ),
    *(
        fails(bucket_name_valid, bucket(name), says=says)
        for name, says in (
            ("ab", "3 to 63"),
            ("a" * 64, "3 to 63"),
            ("Orders", "lower case"),
            ("old_orders", "lower case"),
            ("-orders", "begin and end"),
            ("orders.", "begin and end"),
            ("or..ders", "two dots"),
            ("192.168.5.4", "IP address"),
            ("xn--orders", "prefix"),
            ("sthree-orders", "prefix"),
            ("orders-s3alias", "suffix"),
            ("orders--ol-s3", "suffix"),
            ("orders.mrap", "suffix"),
        )
    ),
    unknown(bucket_name_valid, bucket(refused("s3:ListBuckets"))),
    passes(bucket_name_without_dots, bucket("orders")),
    fails(
        bucket_name_without_dots,
        bucket("assets.example.com"),
        says="dots",
        doubt="Dots are valid in names, yet S3's certificate does not fit a host name with a bucket's dots in it.",
    ),
    unknown(bucket_name_without_dots, bucket(refused("s3:ListBuckets"))),
    passes(predictable_names_held, account()),
    passes(predictable_names_held, account("orders", f"invoices-{OWN}-eu-west-1")),
    passes(
        predictable_names_held,
        account(f"aws-glue-assets-{OWN}-eu-west-1", f"aws-glue-assets-{OWN}-us-east-1"),
        doubt="A name family whose buckets the account holds in every audited region leaves nothing to register.",
    ),
    passes(
        predictable_names_held,
        account(f"orders-{OWN}-eu-west-1-an"),
        doubt="Only the account itself can make buckets in its regional namespace (names that end with -an).",
    ),
    passes(
        predictable_names_held,
        account("aws-glue-assets-999999999999-eu-west-1"),
        doubt="A name with the number of another account says nothing of names that this account will use.",
    ),
    fails(
        predictable_names_held,
        account(f"aws-glue-assets-{OWN}-eu-west-1"),
        says=f"does not hold aws-glue-assets-{OWN}-us-east-1",
    ),
    fails(
        predictable_names_held,
        account(f"sagemaker-ap-southeast-2-{OWN}"),
        says=f"sagemaker-eu-west-1-{OWN} and 1 more",
        doubt="A family counts as used wherever the account has a bucket of it, in regions not audited too.",
    ),
    fails(
        predictable_names_held,
        account("cf-templates-1abcdefgh2xyz-eu-west-1"),
        says="cf-templates-1abcdefgh2xyz-us-east-1",
        doubt="The hash in CloudFormation's bucket names is the same in each region: one bucket tells the others.",
    ),
    fails(
        predictable_names_held,
        account(f"builds-eu-west-1-{OWN}"),
        says="builds-us-east-1",
        families=("builds-{region}-{account}",),
    ),
    unknown(predictable_names_held, fake(S3Account, bucket_regions=refused("s3:ListAllMyBuckets"))),
]
