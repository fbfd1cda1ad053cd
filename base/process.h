/* The process itself: no core dumps, safe surroundings, an end by signal. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

/*
 * Call it first in main. INT, TERM and HUP end the program at once with 128+n
 * and a line that says so, also as process 1, where the default does nothing.
 */
void process_setup(void);

#endif
