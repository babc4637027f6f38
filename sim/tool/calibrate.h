/* Role: hcs-sim calibrate: a scenario that is like the host on which a run of the suite was made. Callers: main(). */
#ifndef SIM_TOOL_CALIBRATE_H
#define SIM_TOOL_CALIBRATE_H

/* Arguments after "calibrate". Exit code: 0, or 2 for wrong use and for what is no run. */
int calibrate_main(int argc, char **argv);

#endif
