/** Everything about one customer: fields, deals, tickets, campaigns, figures, and what happened. */

import {
  Alert,
  Badge,
  Button,
  Group,
  Paper,
  SimpleGrid,
  Skeleton,
  Stack,
  Tabs,
  Text,
  Title,
  Tooltip,
} from "@mantine/core";
import { IconPlus, IconRefresh } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { History } from "@/features/audit/history";
import { SEND_EMAIL, WriteEmail } from "@/features/emails/write-email";
import MergeWith from "@/features/merges/merge-with";
import { MergedFrom } from "@/features/merges/merged-from";
import { OWN_ACTIONS } from "@/features/merges/merging";
import { call, type Json } from "@/shared/api/client";
import { pastKey, type Row } from "@/shared/api/records";
import { Comments } from "@/shared/comments/comments";
import { isPlace } from "@/shared/comments/place";
import { fieldOf, useDescription, useSummaries } from "@/shared/describe";
import { type Names, Value } from "@/shared/fields/value";
import { CreateDialog, useDialog } from "@/shared/form/dialogs";
import { useText } from "@/shared/i18n";
import { useDescribedRecord } from "@/shared/record/described-record";
import { Fields, RecordHeader } from "@/shared/record/record-page";
import { Failed } from "@/shared/ui/problem";
import { LookBack, PastBar, unchangeable } from "./past";
import { Relationships, RelationshipsThen } from "./relationships";
import { Timeline } from "./timeline";

type Resource = "contacts" | "accounts";
type Section = {
  state: "OK" | "PARTIAL" | "STALE" | "UNAVAILABLE" | "NOT_ALLOWED" | "UNTOLD";
  as_of: string;
  reason: string;
  data: Json;
};
type Sections = Record<"profile" | "opportunities" | "tickets" | "campaigns" | "timeline" | "metrics", Section>;

export function CustomerPage({ resource, id }: { resource: Resource; id: string }) {
  const { text } = useText("customers");
  const [asOf, setAsOf] = useState("");
  const { description, read } = useDescribedRecord(resource, id);
  const past = useDescribedRecord(resource, id, asOf).read;
  const view = useQuery({
    queryKey: asOf ? [...pastKey(resource, id, asOf), "customer360"] : ["customer360", resource, id],
    queryFn: ({ signal }): Promise<{ sections: Sections }> =>
      call("GET", `/v1/${resource}/${id}/customer360`, { query: { as_of: asOf }, signal }),
    placeholderData: asOf ? keepPreviousData : undefined,
  });
  const place = useLocation({ select: (location) => location.hash });
  const [tab, setTab] = useState<string | null>("timeline");
  useEffect(() => {
    if (isPlace(place)) setTab("comments");
  }, [place]);
  const navigate = useNavigate();
  const survivor = read.data?.record.id;
  useEffect(() => {
    // The id of a record that was merged leads to the one that is left.
    if (survivor && survivor !== id)
      navigate({ to: "/$resource/$id", params: { resource, id: survivor }, replace: true });
  }, [survivor, id, resource, navigate]);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={400} />;
  const since = read.data.record.created_at;
  if (asOf && past.error) {
    return (
      <Stack className="page">
        <PastBar since={since} asOf={asOf} onChange={setAsOf} />
        <Failed error={past.error} retry={() => past.refetch()} />
      </Stack>
    );
  }
  const { record, names } = (asOf && past.data) || read.data;
  const shown = asOf ? unchangeable(description) : description;
  const sections = view.data?.sections;
  const again = () => view.refetch();
  return (
    <Stack className="page">
      <RecordHeader
        description={shown}
        record={record}
        names={names}
        tools={
          <>
            {!asOf && <WriteEmail description={description} record={record} />}
            {!asOf && <MergeWith resource={resource} ids={[record.id]} />}
            {!asOf && <Log resource={resource} record={record} />}
            <LookBack since={since} asOf={asOf} onChange={setAsOf} />
          </>
        }
        offered={({ name }) => name !== SEND_EMAIL && !OWN_ACTIONS.includes(name)}
        page="CUSTOMER"
        drawn={Boolean(sections)}
      />
      {asOf && <PastBar since={since} asOf={asOf} onChange={setAsOf} />}
      {!asOf && <MergedFrom resource={resource} id={record.id} />}
      {view.error && <Failed error={view.error} retry={again} />}
      <div className="record">
        <Stack>
          {sections && <Figures section={sections.metrics} />}
          <Paper withBorder p="md">
            <Fields description={shown} record={record} names={names} />
          </Paper>
        </Stack>
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="timeline">{text("customer.timeline")}</Tabs.Tab>
            {!asOf && <Tabs.Tab value="comments">{text("comments.title")}</Tabs.Tab>}
            <Tabs.Tab value="deals" rightSection={<Count value={sections?.opportunities.data?.open_count} />}>
              {text("customer.deals")}
            </Tabs.Tab>
            <Tabs.Tab value="tickets" rightSection={<Count value={sections?.tickets.data?.open_count} />}>
              {text("customer.tickets")}
            </Tabs.Tab>
            <Tabs.Tab value="marketing">{text("customer.marketing")}</Tabs.Tab>
            <Tabs.Tab value="people">
              {text(resource === "contacts" ? "customer.accounts" : "customer.contacts")}
            </Tabs.Tab>
            {resource === "accounts" && <Tabs.Tab value="relationships">{text("relationships.title")}</Tabs.Tab>}
            {!asOf && <Tabs.Tab value="history">{text("customer.history")}</Tabs.Tab>}
          </Tabs.List>
          <Tabs.Panel value="comments" pt="md">
            <Comments resource={resource} id={id} />
          </Tabs.Panel>
          <Tabs.Panel value="history" pt="md">
            <History resource={resource} id={id} />
          </Tabs.Panel>
          {resource === "accounts" && !asOf && (
            <Tabs.Panel value="relationships" pt="md">
              <Relationships account={record.id} />
            </Tabs.Panel>
          )}
          {!sections ? (
            <Skeleton height={240} mt="md" />
          ) : (
            <>
              <Tabs.Panel value="timeline" pt="md">
                <InState section={sections.timeline} again={again} partial={asOf && "customer.partial_timeline"}>
                  <Timeline key={asOf} resource={resource} id={id} first={sections.timeline.data} asOf={asOf} />
                </InState>
              </Tabs.Panel>
              <Tabs.Panel value="deals" pt="md">
                <InState section={sections.opportunities} again={again} partial={asOf && "customer.partial_records"}>
                  <Deals data={sections.opportunities.data} />
                </InState>
              </Tabs.Panel>
              <Tabs.Panel value="tickets" pt="md">
                <InState section={sections.tickets} again={again} partial={asOf && "customer.partial_records"}>
                  <Tickets data={sections.tickets.data} />
                </InState>
              </Tabs.Panel>
              <Tabs.Panel value="marketing" pt="md">
                <InState section={sections.campaigns} again={again}>
                  <Marketing data={sections.campaigns.data} />
                </InState>
              </Tabs.Panel>
              <Tabs.Panel value="people" pt="md">
                <InState section={sections.profile} again={again}>
                  {resource === "contacts" ? (
                    <Some resource="accounts" rows={sections.profile.data?.accounts} beside={["industry", "country"]} />
                  ) : (
                    <Some resource="contacts" rows={sections.profile.data?.contacts} beside={["title", "email"]} />
                  )}
                </InState>
              </Tabs.Panel>
              {resource === "accounts" && asOf && (
                <Tabs.Panel value="relationships" pt="md">
                  <InState section={sections.profile} again={again}>
                    <RelationshipsThen account={record.id} profile={sections.profile.data} />
                  </InState>
                </Tabs.Panel>
              )}
            </>
          )}
        </Tabs>
      </div>
    </Stack>
  );
}

const Count = ({ value }: { value?: number }) =>
  value ? (
    <Badge size="sm" variant="light">
      {value}
    </Badge>
  ) : null;

/** A section as honest as the answer: its age, the missing permission, or that it cannot be had now. */
type InStateProps = {
  section: Section;
  again: () => void;
  /** What to say of a section of which only a part could be had. */
  partial?: string;
  children: ReactNode;
};

function InState({ section, again, partial, children }: InStateProps) {
  const { text, ago } = useText("customers");
  if (section.state === "UNTOLD") return <Alert color="gray">{text("customer.untold")}</Alert>;
  if (section.state === "NOT_ALLOWED")
    return <Alert color="gray">{text("customer.not_allowed", { permission: section.reason })}</Alert>;
  if (section.state === "UNAVAILABLE") {
    return (
      <Alert color="orange" title={text("customer.unavailable")}>
        <Button
          size="compact-sm"
          variant="light"
          color="orange"
          leftSection={<IconRefresh size={14} />}
          onClick={again}
        >
          {text("problem.retry")}
        </Button>
      </Alert>
    );
  }
  return (
    <Stack>
      {section.state === "PARTIAL" && partial && (
        <Text size="xs" c="dimmed">
          {text(partial)}
        </Text>
      )}
      {section.state === "STALE" && <Alert color="yellow">{text("customer.stale", { age: ago(section.as_of) })}</Alert>}
      {children}
    </Stack>
  );
}

/** What is lost with a customer, and what was gained: shown where people look first. */
function Figures({ section }: { section: Section }) {
  const { text, money, number, ago } = useText("customers");
  if (section.state === "UNTOLD") return <Alert color="gray">{text("customer.untold_figures")}</Alert>;
  if (section.state !== "OK" && section.state !== "STALE") return null;
  const { lifetime_value = [], won_count, open_ticket_count, last_activity_at, win_rate } = section.data;
  const worth = lifetime_value.map(({ amount, currency }: Json) => money(amount, currency, true)).join(" + ");
  const figures: [string, string][] = [
    ["customer.lifetime_value", worth || "—"],
    ["customer.won", number(won_count)],
    ["customer.win_rate", win_rate == null ? "—" : number(win_rate, { style: "percent" })],
    ["customer.open_tickets", number(open_ticket_count)],
    ["customer.last_activity", last_activity_at ? ago(last_activity_at) : "—"],
  ];
  return (
    <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="xs">
      {figures.map(([title, value]) => (
        <Paper key={title} withBorder px="sm" py={6}>
          <Text size="xs" c="dimmed">
            {text(title)}
          </Text>
          <Text fw={600}>{value}</Text>
        </Paper>
      ))}
    </SimpleGrid>
  );
}

type SomeProps = { resource: string; rows?: Row[]; beside: string[]; names?: Names };

/** Records of another service about this customer. */
function Some({ resource, rows = [], beside, names = {} }: SomeProps) {
  const { text } = useText("customers");
  const known = useSummaries().some((summary) => summary.plural === resource && summary.can_list);
  if (!rows.length) {
    return (
      <Text size="sm" c="dimmed">
        {text("ui.empty")}
      </Text>
    );
  }
  return known ? <Rows resource={resource} rows={rows} beside={beside} names={names} /> : null;
}

function Rows({
  resource,
  rows,
  beside,
  names,
}: Required<Pick<SomeProps, "resource" | "beside" | "names">> & { rows: Row[] }) {
  const description = useDescription(resource);
  return (
    <Paper withBorder>
      {rows.map((row) => (
        <Group key={row.id} justify="space-between" wrap="nowrap" px="md" py={8} className="line">
          <Link className="link title" to="/$resource/$id" params={{ resource, id: row.id }}>
            {row[description.title_field] || "—"}
          </Link>
          <Group gap="md" wrap="nowrap">
            {beside.map((name) => {
              const field = fieldOf(description, name);
              return (
                field && (
                  <Text key={name} size="sm" c="dimmed" component="div">
                    <Value field={field} value={row[name]} names={names} />
                  </Text>
                )
              );
            })}
          </Group>
        </Group>
      ))}
    </Paper>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function Deals({ data }: { data: Json }) {
  const { text, money } = useText("customers");
  const sum = (amounts: Json[] = []) => amounts.map(({ amount, currency }) => money(amount, currency)).join(" + ");
  return (
    <Stack>
      <Part title={`${text("customer.open_deals", { count: data.open_count })} ${sum(data.open_amount)}`}>
        <Some resource="opportunities" rows={data.open_opportunities} beside={["amount", "close_date"]} />
      </Part>
      {data.recently_closed?.length > 0 && (
        <Part
          title={`${text("customer.closed_deals", { won: data.won_count, lost: data.lost_count })} ${sum(data.won_amount)}`}
        >
          <Some resource="opportunities" rows={data.recently_closed} beside={["status", "amount", "close_date"]} />
        </Part>
      )}
      {data.open_tasks?.length > 0 && (
        <Part title={text("customer.tasks")}>
          <Some resource="tasks" rows={data.open_tasks} beside={["priority", "due_date"]} />
        </Part>
      )}
    </Stack>
  );
}

function Tickets({ data }: { data: Json }) {
  const { text } = useText("customers");
  return (
    <Stack>
      <Part title={text("customer.open_tickets_of", { count: data.open_count, total: data.total_count })}>
        <Some resource="tickets" rows={data.open_tickets} beside={["status", "priority", "next_due_at"]} />
      </Part>
      {data.recently_resolved?.length > 0 && (
        <Part title={text("customer.resolved_tickets")}>
          <Some resource="tickets" rows={data.recently_resolved} beside={["status", "resolved_at"]} />
        </Part>
      )}
    </Stack>
  );
}

function Marketing({ data }: { data: Json }) {
  const { text, ago } = useText("customers");
  return (
    <Stack>
      {data.opted_out && <Alert color="orange">{text("customer.opted_out")}</Alert>}
      <Part title={text("customer.campaigns")}>
        {data.campaigns?.length ? (
          <Paper withBorder>
            {data.campaigns.map((entry: Json) => (
              <Group key={entry.campaign_id} justify="space-between" px="md" py={8} className="line">
                <Link
                  className="link title"
                  to="/$resource/$id"
                  params={{ resource: "campaigns", id: entry.campaign_id }}
                >
                  {entry.campaign_name}
                </Link>
                <Text size="sm" c="dimmed">
                  {[entry.status, entry.sent_at && ago(entry.sent_at)].filter(Boolean).join(" · ")}
                </Text>
              </Group>
            ))}
          </Paper>
        ) : (
          <Text size="sm" c="dimmed">
            {text("ui.empty")}
          </Text>
        )}
      </Part>
    </Stack>
  );
}

const LOGGED = [
  { resource: "activities", initial: { type: "CALL" }, title: "customer.log_call" },
  { resource: "activities", initial: { type: "NOTE" }, title: "customer.log_note" },
  { resource: "tasks", initial: {}, title: "customer.new_task" },
  { resource: "opportunities", initial: {}, title: "customer.new_deal" },
  { resource: "tickets", initial: {}, title: "customer.new_ticket" },
] as const;

/** What is noted about the customer without leaving the page. */
function Log({ resource, record }: { resource: Resource; record: Row }) {
  const { text } = useText("customers");
  const dialog = useDialog<(typeof LOGGED)[number]>();
  const summaries = useSummaries();
  const shown = LOGGED.filter((entry) =>
    summaries.some(({ plural, can_create }) => plural === entry.resource && can_create),
  );
  const about =
    resource === "contacts"
      ? { contact_id: record.id, account_id: record.account_id || undefined }
      : { account_id: record.id };
  return (
    <>
      {shown.map((entry) => (
        <Tooltip key={entry.title} label={text(entry.title)}>
          <Button variant="default" size="sm" leftSection={<IconPlus size={14} />} onClick={() => dialog.open(entry)}>
            {text(`${entry.title}.short`)}
          </Button>
        </Tooltip>
      ))}
      {dialog.subject && (
        <CreateDialog
          resource={dialog.subject.resource}
          initial={{ ...about, ...dialog.subject.initial }}
          names={{ [record.id]: record.display_name ?? record.name }}
          onClose={dialog.close}
        />
      )}
    </>
  );
}
