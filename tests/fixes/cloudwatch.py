"""Proofs of the fixes of Amazon CloudWatch's checks."""

from fixes.proof import Proof

from checks.cloudwatch.events import SUBJECTS


def quiet_alarm(aws):
    aws("cloudwatch").put_metric_alarm(
        AlarmName="load",
        MetricName="CPUUtilization",
        Namespace="AWS/EC2",
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=90,
        ComparisonOperator="GreaterThanThreshold",
        ActionsEnabled=False,
    )
    return "load"


PROOFS = [Proof("cloudwatch-alarm-actions-enabled", quiet_alarm)]
UNPROVEN = {
    f"cloudwatch-account-alarm-{subject.kind}": "the emulator never counts a topic's subscription as confirmed"
    for subject in SUBJECTS
}
