/*
 * Schedules of CronJobs, pure: cron's five fields and the words with an @, as
 * Kubernetes reads them by ParseStandard of github.com/robfig/cron/v3. There 7
 * is no Sunday, "?" is "*", and a day is met by either of its two fields when
 * both are restricted.
 */
#ifndef CLUSTER_CRON_SCHEDULE_H
#define CLUSTER_CRON_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The longest time between two runs, over all years. Clocks that are put
 * forward or back are not considered, nor is it looked up whether the zone of
 * a "TZ=" exists. False if it is no schedule, or one that never runs.
 */
bool cron_schedule_longest_gap_s(const char *schedule, int64_t *gap_s);

#endif
