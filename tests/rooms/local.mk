# Which file calls which, by the symbols of the built objects.
EXTRA_DIST += tests/rooms/test_rooms.py
WHOLE_TESTS += tests/rooms/test_rooms.py
