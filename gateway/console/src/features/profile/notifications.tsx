/** Of what the person is told, and on which way. */
import { Select, Skeleton, Switch, Table } from "@mantine/core";
import { type Preferences, useChoose, usePreferences } from "@/shared/api/preferences";
import { useText } from "@/shared/i18n";

type Entry = Preferences["notifications"][number];

const MAILS = ["OFF", "DAILY", "IMMEDIATE"] as const;

export function Notifications() {
  const { text } = useText("profile");
  const told = usePreferences();
  const choose = useChoose();
  if (!told?.effective) return <Skeleton height={160} />;
  const entries = told.effective.notifications;
  const change = (kind: Entry["kind"], changed: Partial<Entry>) =>
    choose.mutate({
      notifications: entries.map((entry) => (entry.kind === kind ? { ...entry, ...changed } : entry)),
    });
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{text("notify.about")}</Table.Th>
          <Table.Th>{text("notify.in_app")}</Table.Th>
          <Table.Th>{text("notify.email")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map(({ kind, in_app, email }) => {
          const about = text(`notify.kind.${kind}`);
          return (
            <Table.Tr key={kind}>
              <Table.Th scope="row" fw={400}>
                {about}
              </Table.Th>
              <Table.Td>
                <Switch
                  aria-label={`${about}: ${text("notify.in_app")}`}
                  checked={Boolean(in_app)}
                  onChange={(event) => change(kind, { in_app: event.currentTarget.checked })}
                />
              </Table.Td>
              <Table.Td>
                <Select
                  aria-label={`${about}: ${text("notify.email")}`}
                  data={MAILS.map((value) => ({ value, label: text(`notify.email.${value}`) }))}
                  value={email}
                  onChange={(value) => value && change(kind, { email: value as Entry["email"] })}
                  allowDeselect={false}
                  maw={170}
                />
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
