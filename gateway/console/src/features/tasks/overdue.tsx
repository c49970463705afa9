/** The tasks whose time is over, whatever the calendar shows. */
import { Badge, Button, Group, Paper, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useText } from "@/shared/i18n";
import { Failed } from "@/shared/ui/problem";
import { type Handling, TaskItem } from "./task-item";
import { useOverdue } from "./use-calendar";

/** Where the calendar stands below them, fewer are shown at first. */
const FIRST = { narrow: 3, wide: 8 };

type Props = { filter: string; handling: Handling; narrow: boolean };

export function Overdue({ filter, handling, narrow }: Props) {
  const { text, number } = useText("tasks");
  const overdue = useOverdue(filter, handling.today);
  const [all, setAll] = useState(false);
  const first = FIRST[narrow ? "narrow" : "wide"];
  const rows = overdue.data?.rows ?? [];
  const total = overdue.data?.total ?? 0;
  return (
    <Paper withBorder p="sm" component="section" className="calendar-overdue" aria-label={text("tasks.overdue")}>
      <Group justify="space-between" mb={6}>
        <Title order={3} size="h6">
          {text("tasks.overdue")}
        </Title>
        {total > 0 && (
          <Badge color="red" variant="light">
            {number(total)}
          </Badge>
        )}
      </Group>
      {overdue.error && <Failed error={overdue.error} retry={() => overdue.refetch()} />}
      {overdue.data && rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("tasks.none_overdue")}
        </Text>
      )}
      <ul className="task-list">
        {(all ? rows : rows.slice(0, first)).map((task) => (
          <TaskItem key={task.id} task={task} handling={handling} where="overdue" wide />
        ))}
      </ul>
      {!all && rows.length > first && (
        <Button size="compact-sm" variant="subtle" mt={4} onClick={() => setAll(true)}>
          {text("tasks.more", { count: rows.length - first })}
        </Button>
      )}
    </Paper>
  );
}
