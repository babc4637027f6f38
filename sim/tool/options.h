/* Role: the values of options that several commands of hcs-sim take. false: the text does not fit. */
#ifndef SIM_TOOL_OPTIONS_H
#define SIM_TOOL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* 1 to most. */
bool option_small(const char *text, unsigned most, unsigned *value);
/* A..B, both included. */
bool option_seeds(const char *text, uint64_t *first, uint64_t *last);
/* I/N, from 1. */
bool option_shard(const char *text, unsigned *shard, unsigned *shards);

#endif
