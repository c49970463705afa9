/** What was written to a lead, and what became of it; customers have their timeline. */
import { Badge, Group, Paper, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useList } from "@/shared/api/records";
import { fieldOf, useDescription } from "@/shared/describe";
import { enumLabel } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { Failed } from "@/shared/ui/problem";

const MOST = 50;
const COLOURS: Record<string, string> = { QUEUED: "gray", SENT: "teal", FAILED: "red" };

export function EmailsTo({ leadId }: { leadId: string }) {
  const texts = useText("emails");
  const { text, time } = texts;
  const description = useDescription("activities");
  const state = fieldOf(description, "email_state");
  const problem = fieldOf(description, "email_problem");
  const list = useList({
    resource: "activities",
    filter: `lead_id = ${quoted(leadId)} AND type = EMAIL`,
    orderBy: "-occurred_at",
    pageSize: MOST,
  });
  if (list.error) return <Failed error={list.error} retry={() => list.refetch()} />;
  if (!list.data?.rows.length) return null;
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        {text("emails.title")}
      </Title>
      <Paper withBorder>
        {list.data.rows.map((email) => (
          <Group key={email.id} justify="space-between" gap="xs" px="md" py={8} className="line">
            <div>
              <Link className="link title" to="/$resource/$id" params={{ resource: "activities", id: email.id }}>
                {email.subject}
              </Link>
              {problem && email.email_problem && (
                <Text size="xs" c="dimmed" title={email.email_error}>
                  {enumLabel(problem, email.email_problem, texts)}
                </Text>
              )}
            </div>
            <Group gap="sm" wrap="nowrap">
              {state && email.email_state && (
                <Badge variant="light" tt="none" color={COLOURS[email.email_state]}>
                  {enumLabel(state, email.email_state, texts)}
                </Badge>
              )}
              <Text size="sm" c="dimmed">
                {time(email.occurred_at)}
              </Text>
            </Group>
          </Group>
        ))}
      </Paper>
    </section>
  );
}
