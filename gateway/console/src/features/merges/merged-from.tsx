/** On the page of a survivor: which merges it comes of, each with the way back. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { IconArrowMerge } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { type Merge, type Mergeable, useUndo } from "./merging";

export function MergedFrom({ resource, id }: { resource: Mergeable; id: string }) {
  const { text, time } = useText("merges");
  const may = useMay();
  const undo = useUndo(resource);
  const filter = `survivor_id = ${quoted(id)} AND state = ${quoted("DONE")}`;
  const merges = useQuery({
    queryKey: ["merges", id],
    queryFn: ({ signal }): Promise<{ merges: Merge[] }> => call("GET", "/v1/merges", { query: { filter }, signal }),
    enabled: may("merges.read"),
  });
  // Only the last one comes apart; those before it after it.
  return (merges.data?.merges ?? []).map((merge, index) => (
    <Alert key={merge.id} color="gray" icon={<IconArrowMerge size={16} />}>
      <Group justify="space-between">
        <Text size="sm">{text("merges.from", { count: merge.loser_ids.length, time: time(merge.created_at) })}</Text>
        {index === 0 && may("merges.undo") && (
          <Button size="compact-sm" variant="light" onClick={() => undo(merge.id)}>
            {text("merges.undo")}
          </Button>
        )}
      </Group>
    </Alert>
  ));
}
