/* The spelling of the reference. */
#include "computecore.h"
