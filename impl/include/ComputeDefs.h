/* The spelling of the reference. */
#include "computedefs.h"
