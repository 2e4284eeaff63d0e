# Tests of sflowget.
