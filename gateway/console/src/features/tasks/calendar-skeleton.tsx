import { Skeleton } from "@mantine/core";

/** What stands where the calendar will be. */
export const CalendarSkeleton = () => <Skeleton height="calc(100dvh - 230px)" />;
