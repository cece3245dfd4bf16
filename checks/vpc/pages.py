"""AWS's pages that the checks of the network refer to."""

from __future__ import annotations

from typing import Final

USER_GUIDE: Final = "https://docs.aws.amazon.com/vpc/latest/userguide"
PEERING: Final = "https://docs.aws.amazon.com/vpc/latest/peering"
PRIVATELINK: Final = "https://docs.aws.amazon.com/vpc/latest/privatelink"
VPN: Final = "https://docs.aws.amazon.com/vpn/latest/s2svpn"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"
