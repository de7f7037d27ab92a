"""`python -m mockserver` is the command `mockserver`."""

import sys

from mockserver_contract import main

sys.exit(main())
