/* Role: hcs-sim replay: makes the calls of a trace again and stops at the first difference. Callers: main(). Single
   thread. */
#ifndef SIM_TOOL_REPLAY_H
#define SIM_TOOL_REPLAY_H

/* Arguments after "replay". Exit code: 0 no difference, 1 one was found, 2 wrong use or no trace. */
int replay_main(int argc, char **argv);

#endif
