"""What writes the generated pages: each module makes one kind of page out of what the tool itself knows.

The pages of the checks stand in a folder named like the package of the checks, beside the script that imports this. The
script's folder is taken off the search path, where Python would find the one in the other's stead.
"""

import sys
from pathlib import Path

_DOCS = Path(__file__).resolve().parent.parent
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != _DOCS]
