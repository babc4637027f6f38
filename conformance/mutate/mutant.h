/* Role: which mutant a program is, chosen at run time. Only in the build of conformance/operator-score, whose sources
   call mutant_is() at each site. Threads: any; set before main(). */
#ifndef MUTANT_H
#define MUTANT_H

extern unsigned mutant_chosen;        /* HCS_MUTANT; 0: none */
extern unsigned char *mutant_reached; /* by number; shared with other processes through the file HCS_MUTANTS_REACHED */

static inline int mutant_is(unsigned number)
{
    if (mutant_reached)
        mutant_reached[number] = 1;
    return mutant_chosen == number;
}

#endif
