#include "gmetad-bridge/counters.h"

struct counters_of_bridge counters;
