/*
 * The schedules of CronJobs, pure: those that Kubernetes reads, by the standard
 * parser of github.com/robfig/cron v3.
 */
#ifndef CLUSTER_CRON_SCHEDULE_H
#define CLUSTER_CRON_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The longest time from one run to the next, in seconds, as the calendar has
 * it; that a clock is put forward or back is not looked at. False when text is
 * no schedule, or one that never comes.
 */
bool cron_schedule_longest_gap_s(const char *text, int64_t *gap_s);

#endif
