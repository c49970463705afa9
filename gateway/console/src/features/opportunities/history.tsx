/** Which stages a deal was in, for how long, and who moved it. */
import { Skeleton, Text, Timeline } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { recordKey } from "@/shared/api/records";
import { useTitles } from "@/shared/fields/titles";
import { useText } from "@/shared/i18n";
import { Failed } from "@/shared/ui/problem";
import { stageChanges } from "./stages";

const DAY_S = 86_400;

export function History({ id }: { id: string }) {
  const { text, time } = useText("opportunities");
  const changes = useQuery({
    queryKey: [...recordKey("opportunities", id), "stage changes"],
    queryFn: ({ signal }) => stageChanges(id, signal),
  });
  const people = useTitles(
    "users",
    (changes.data ?? []).map(({ changed_by }) => changed_by),
  );
  if (changes.error) return <Failed error={changes.error} retry={() => changes.refetch()} />;
  if (!changes.data) return <Skeleton height={160} />;
  const newest = [...changes.data].reverse();
  return (
    <Timeline bulletSize={14} lineWidth={2} active={newest.length}>
      {newest.map((change) => (
        <Timeline.Item key={change.id}>
          <Text fw={500}>{change.to_stage_name}</Text>
          <Text size="xs" c="dimmed">
            {change.changed_at && time(change.changed_at)}
            {people[change.changed_by] && ` · ${people[change.changed_by]}`}
            {change.from_stage_name &&
              ` · ${text("deals.stayed", {
                stage: change.from_stage_name,
                days: Math.floor(change.seconds_in_from_stage / DAY_S),
              })}`}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
