"""What alertd says about itself: metrics (`metrics.py`, `shared_metrics.py`) and the log (`logs.py`).

from alertd import telemetry
telemetry.POLLS.labels(source, "changed").inc()     labels: ids and words of closed lists, never text or URLs
structlog.get_logger(__name__).warning("source_failing", source=source, error=text)
"""

from alertd.telemetry.archive import *  # noqa: F403
from alertd.telemetry.indices import *  # noqa: F403
from alertd.telemetry.logs import *  # noqa: F403
from alertd.telemetry.metrics import *  # noqa: F403
from alertd.telemetry.research import *  # noqa: F403
from alertd.telemetry.shared_metrics import *  # noqa: F403
from alertd.telemetry.store import *  # noqa: F403
from alertd.telemetry.watching import *  # noqa: F403
