/** What is to be done and what was done about a deal. */
import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { TasksAbout } from "@/features/tasks/tasks-about";
import type { Row } from "@/shared/api/records";
import { useList } from "@/shared/api/records";
import { fieldOf, useDescription, useSummaries } from "@/shared/describe";
import { type Names, Value } from "@/shared/fields/value";
import { CreateDialog, useDialog } from "@/shared/form/dialogs";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { Failed } from "@/shared/ui/problem";

const MOST = 50;

export function Work({ deal }: { deal: Row }) {
  const summaries = useSummaries();
  const may = (resource: string) => summaries.some(({ plural, can_list }) => plural === resource && can_list);
  return (
    <Stack>
      {may("tasks") && <TasksAbout field="opportunity_id" id={deal.id} />}
      {may("activities") && <Activities deal={deal} />}
    </Stack>
  );
}

function Activities({ deal }: { deal: Row }) {
  const { label } = useText("opportunities");
  const description = useDescription("activities");
  const list = useList({ resource: "activities", filter: `opportunity_id = ${quoted(deal.id)}`, orderBy: "-occurred_at", pageSize: MOST }); // biome-ignore format: one line
  const [type, occurred] = ["type", "occurred_at"].map((name) => fieldOf(description, name));
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        {label(description.plural_label)}
      </Title>
      {list.error && <Failed error={list.error} retry={() => list.refetch()} />}
      {list.data?.rows.length === 0 && <Nothing />}
      {Boolean(list.data?.rows.length) && (
        <Paper withBorder>
          {list.data?.rows.map((activity) => (
            <Group key={activity.id} justify="space-between" wrap="nowrap" px="md" py={8} className="line">
              <Link className="link title" to="/$resource/$id" params={{ resource: "activities", id: activity.id }}>
                {activity.subject || "—"}
              </Link>
              <Group gap="sm" wrap="nowrap">
                {type && <Value field={type} value={activity.type} names={{}} />}
                <Text size="sm" c="dimmed" component="div">
                  {occurred && <Value field={occurred} value={activity.occurred_at} names={{}} />}
                </Text>
              </Group>
            </Group>
          ))}
        </Paper>
      )}
    </section>
  );
}

function Nothing() {
  const { text } = useText("opportunities");
  return (
    <Text size="sm" c="dimmed">
      {text("ui.empty")}
    </Text>
  );
}

const LOGGED = [
  { resource: "activities", initial: { type: "CALL" }, title: "deals.call" },
  { resource: "activities", initial: { type: "NOTE" }, title: "deals.note" },
  { resource: "tasks", initial: {}, title: "deals.task" },
] as const;

/** What is noted about the deal without leaving its page. */
export function Log({ deal, names }: { deal: Row; names: Names }) {
  const { text } = useText("opportunities");
  const dialog = useDialog<(typeof LOGGED)[number]>();
  const summaries = useSummaries();
  const about = { opportunity_id: deal.id, account_id: deal.account_id, contact_id: deal.contact_id };
  // An activity is about somebody: a deal without a customer has none.
  const shown = LOGGED.filter(
    ({ resource }) =>
      summaries.some(({ plural, can_create }) => plural === resource && can_create) &&
      (resource === "tasks" || deal.account_id || deal.contact_id),
  );
  return (
    <>
      {shown.map((entry) => (
        <Button
          key={entry.title}
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => dialog.open(entry)}
        >
          {text(entry.title)}
        </Button>
      ))}
      {dialog.subject && (
        <CreateDialog
          resource={dialog.subject.resource}
          initial={{ ...about, ...dialog.subject.initial }}
          names={{ ...names, [deal.id]: deal.name }}
          onClose={dialog.close}
        />
      )}
    </>
  );
}
