/* Role: the command report: converts existing results to other formats. */
#ifndef CONFORMANCE_REPORT_H
#define CONFORMANCE_REPORT_H

#include "base/command/command_line.h"

extern const struct command report_command;

#endif
