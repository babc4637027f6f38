/* Planted faults: each must turn the run red under its sanitizer. usage: planted leak|race|overflow|undefined */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int shared;

static void *count(void *unused)
{
    (void)unused;
    for (int i = 0; i < 10000; i++)
        shared++;
    return NULL;
}

int main(int argc, char **argv)
{
    const char *fault = argc > 1 ? argv[1] : "";
    if (!strcmp(fault, "leak")) {
        void *volatile lost = malloc(100);
        lost = NULL;
        (void)lost;
    } else if (!strcmp(fault, "race")) {
        pthread_t one, two;
        pthread_create(&one, NULL, count, NULL);
        pthread_create(&two, NULL, count, NULL);
        pthread_join(one, NULL);
        pthread_join(two, NULL);
    } else if (!strcmp(fault, "overflow")) {
        volatile char *block = malloc(8);
        volatile int place = 8;
        block[place] = 1;
        free((void *)block);
    } else if (!strcmp(fault, "undefined")) {
        volatile int maximum = 2147483647;
        printf("%d\n", maximum + argc);
    } else
        return 2;
    return 0;
}
