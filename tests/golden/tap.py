"""Test points as TAP."""

ENOUGH = 12  # faults that are shown of a point


class Tap:
    """Prints test points; the plan comes at the end."""

    def __init__(self):
        self.count = self.failed = 0

    def point(self, name, faults, checked=None):
        """Passes when there are no faults, and something was checked at all."""
        if checked == 0:
            faults = faults + ["nothing was checked"]
        self.count += 1
        self.failed += bool(faults)
        number = "" if checked is None else f" ({checked})"
        print(f"{'not ok' if faults else 'ok'} {self.count} - {name}{number}")
        for fault in faults[:ENOUGH]:
            print(f"#   {fault}")
        if len(faults) > ENOUGH:
            print(f"#   and {len(faults) - ENOUGH} more")

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def done(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0
