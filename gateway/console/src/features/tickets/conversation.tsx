/** What was said on a ticket. Public messages and internal notes differ in colour, sign and words. */
import { Badge, Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { IconLock, IconMail, IconRobot, IconUser } from "@tabler/icons-react";
import { type QueryClient, useQuery } from "@tanstack/react-query";
import { call, type Told } from "@/shared/api/client";
import type { Row } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";
import { fieldOf, useDescription } from "@/shared/describe";
import { enumLabel, type Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { Failed } from "@/shared/ui/problem";

export type Message = Told<components["schemas"]["Message"]>;
export type Conversation = { messages: Message[]; names: Names };
type Page = Conversation & { next_page_token: string };

const REFRESH_MS = 15_000;
const PAGE = 200;

async function conversationOf(ticketId: string, signal?: AbortSignal): Promise<Conversation> {
  const messages: Message[] = [];
  const names: Names = {};
  let pageToken = "";
  do {
    const page: Page = await call("GET", `/v1/tickets/${ticketId}/messages`, {
      query: { page_size: PAGE, page_token: pageToken, expand: "created_by" },
      signal,
    });
    messages.push(...page.messages);
    Object.assign(names, page.names);
    pageToken = page.next_page_token;
  } while (pageToken);
  return { messages, names };
}

const conversation = (ticketId: string) => ({
  queryKey: ["conversation", ticketId],
  queryFn: ({ signal }: { signal?: AbortSignal }) => conversationOf(ticketId, signal),
});

/** The messages of a ticket, oldest first, read again while the page is looked at. */
export const useConversation = (ticketId: string) =>
  useQuery({ ...conversation(ticketId), refetchInterval: REFRESH_MS });

/** The messages as they are on the server at this moment. */
export const conversationNow = (client: QueryClient, ticketId: string) =>
  client.fetchQuery({ ...conversation(ticketId), staleTime: 0 });

type Props = { ticket: Row; read: ReturnType<typeof useConversation>; names: Names; newer: ReadonlySet<string> };

export function Messages({ ticket, read, names, newer }: Props) {
  const { text, label } = useText("tickets");
  const description = useDescription("tickets");
  const asked = names[ticket.contact_id] || ticket.requester_name || ticket.requester_email || "—";
  const subject = fieldOf(description, "description");
  return (
    <Stack gap="sm" component="ol" className="messages">
      {ticket.description && (
        <Entry
          side="customer"
          who={asked}
          at={ticket.created_at}
          body={ticket.description}
          kind={subject ? label(subject.label) : text("tickets.request")}
        />
      )}
      {read.isPending && <Skeleton height={90} />}
      {read.error && <Failed error={read.error} retry={() => read.refetch()} />}
      {read.data?.messages.map((message) => (
        <Said key={message.id} message={message} asked={asked} names={read.data.names} fresh={newer.has(message.id)} />
      ))}
    </Stack>
  );
}

type SaidProps = { message: Message; asked: string; names: Names; fresh: boolean };

function Said({ message, asked, names, fresh }: SaidProps) {
  const texts = useText("tickets");
  const author = fieldOf(useDescription("messages"), "author");
  const byCustomer = message.author === "CUSTOMER";
  const who =
    message.author === "AUTOMATION" && author
      ? enumLabel(author, message.author, texts)
      : byCustomer
        ? asked
        : (names[message.created_by ?? ""] ?? texts.text("tickets.us"));
  return (
    <Entry
      id={message.id}
      side={message.internal ? "internal" : byCustomer ? "customer" : message.author === "AUTOMATION" ? "robot" : "us"}
      who={who}
      at={message.created_at}
      body={message.body}
      kind={
        message.internal
          ? texts.text("tickets.internal")
          : byCustomer && author
            ? enumLabel(author, "CUSTOMER", texts)
            : texts.text("tickets.public")
      }
      fresh={fresh}
    />
  );
}

const SIDES = {
  customer: { icon: IconUser, colour: "blue" },
  us: { icon: IconMail, colour: "teal" },
  robot: { icon: IconRobot, colour: "gray" },
  internal: { icon: IconLock, colour: "yellow" },
};

type EntryProps = {
  id?: string;
  side: keyof typeof SIDES;
  who: string;
  at: string | null;
  body: string;
  kind: string;
  fresh?: boolean;
};

function Entry({ id, side, who, at, body, kind, fresh }: EntryProps) {
  const { text, time, ago } = useText("tickets");
  const { icon: Icon, colour } = SIDES[side];
  return (
    <Paper
      component="li"
      id={id && `message-${id}`}
      tabIndex={-1}
      withBorder
      p="sm"
      className="message"
      data-side={side}
      data-fresh={fresh || undefined}
    >
      <Group justify="space-between" gap="xs" mb={4}>
        <Group gap="xs">
          <Text fw={600} size="sm">
            {who}
          </Text>
          <Badge
            variant="default"
            tt="none"
            leftSection={<Icon size={13} color={`var(--mantine-color-${colour}-6)`} />}
          >
            {kind}
          </Badge>
          {fresh && (
            <Badge variant="filled" color="orange" tt="none">
              {text("tickets.newer_mark")}
            </Badge>
          )}
        </Group>
        {at && (
          <Text size="xs" c="dimmed" component="time" dateTime={at} title={time(at)}>
            {ago(at)}
          </Text>
        )}
      </Group>
      <Text size="sm" className="message-body">
        {body}
      </Text>
    </Paper>
  );
}
