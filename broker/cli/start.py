"""Where a process of `swb` begins: Ctrl-C ends it quietly, even while its parts are loaded."""


def main() -> None:
    """Run `swb`; the parts take half a second to load."""
    try:
        from broker.cli.program import main as run

        run()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
