/** The tasks about a record, on its page. */
import { Button, Checkbox, Group, Paper, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "@/shared/api/me";
import { type Row, useList } from "@/shared/api/records";
import { actionOf, fieldOf, useDescription } from "@/shared/describe";
import { type Names, Value } from "@/shared/fields/value";
import { CreateDialog } from "@/shared/form/dialogs";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { Failed } from "@/shared/ui/problem";
import { useComplete } from "./complete";

const MOST = 50;

type Props = {
  /** The field of tasks that names the record. */
  field: string;
  id: string;
  /** What a new task begins with, and how the records in it are called; without it the page makes tasks elsewhere. */
  initial?: Record<string, string | null>;
  names?: Names;
};

export function TasksAbout({ field, id, initial, names }: Props) {
  const { text, label } = useText("tasks");
  const me = useMe();
  const description = useDescription("tasks");
  const list = useList({
    resource: "tasks",
    filter: `${field} = ${quoted(id)}`,
    orderBy: "-created_at",
    pageSize: MOST,
  });
  const complete = useComplete();
  const [creating, setCreating] = useState(false);
  const mayComplete = Boolean(actionOf(description, "complete"));
  const due = (task: Row) => fieldOf(description, task.due_at ? "due_at" : "due_date");
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {label(description.plural_label)}
        </Title>
        {initial && actionOf(description, "create") && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            onClick={() => setCreating(true)}
          >
            {text("tasks.new")}
          </Button>
        )}
      </Group>
      {list.error && <Failed error={list.error} retry={() => list.refetch()} />}
      {list.data?.rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("ui.empty")}
        </Text>
      )}
      {Boolean(list.data?.rows.length) && (
        <Paper withBorder>
          {list.data?.rows.map((task) => {
            const shown = due(task);
            return (
              <Group key={task.id} justify="space-between" wrap="nowrap" px="md" py={8} className="line">
                <Group gap="sm" wrap="nowrap">
                  <Checkbox
                    checked={task.status !== "OPEN"}
                    disabled={task.status !== "OPEN" || !mayComplete}
                    onChange={() => complete(task)}
                    aria-label={text("tasks.complete", { subject: task.subject })}
                  />
                  <Link className="link title" to="/$resource/$id" params={{ resource: "tasks", id: task.id }}>
                    {task.subject}
                  </Link>
                </Group>
                {shown && (
                  <Text size="sm" c="dimmed" component="div">
                    <Value field={shown} value={task[shown.name]} names={{}} />
                  </Text>
                )}
              </Group>
            );
          })}
        </Paper>
      )}
      {creating && (
        <CreateDialog
          resource="tasks"
          initial={{ owner_id: me.id, [field]: id, ...initial }}
          names={{ [me.id]: me.display_name, ...names }}
          onClose={() => setCreating(false)}
        />
      )}
    </section>
  );
}
