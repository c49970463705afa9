import { Skeleton } from "@mantine/core";

/** What stands where the board will be. */
export const BoardSkeleton = () => <Skeleton height="calc(100dvh - 230px)" />;
