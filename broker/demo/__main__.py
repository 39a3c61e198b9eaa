"""Run the demo."""

from broker.demo.play import main

raise SystemExit(main())
