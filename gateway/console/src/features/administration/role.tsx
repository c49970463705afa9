/** A role: what it is for, and what it allows as a table of resources and actions. */
import { Alert, Badge, Group, NativeSelect, Paper, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Row, useList, useRecord, useUpdate } from "@/shared/api/records";
import { actionOf, type Description, fieldOf, useDescription, useSummaries } from "@/shared/describe";
import { enumLabel } from "@/shared/fields/value";
import { SaveBar } from "@/shared/form/save-bar";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { Fields, RecordHeader } from "@/shared/record/record-page";
import { Failed, useTell } from "@/shared/ui/problem";
import {
  type Difference,
  differences,
  granted,
  grantsOf,
  KINDS,
  type Kind,
  kindOf,
  linesOf,
  type Reach,
  reachOf,
  SCOPES,
  type Scope,
} from "./matrix";

const RESOURCE = "roles";
/** Actions that most resources have get a column of their own. */
const COLUMNS = ["read", "create", "update", "delete"];

export default function Role({ id }: { id: string }) {
  const description = useDescription(RESOURCE);
  const read = useRecord(RESOURCE, id);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={300} />;
  const { record, names } = read.data;
  const may = !record.built_in && Boolean(actionOf(description, "update"));
  return (
    <Stack className="page">
      <RecordHeader description={description} record={record} names={names} />
      <Paper withBorder p="md">
        <Fields description={description} record={record} names={names} only={["name", "description", "built_in"]} />
      </Paper>
      <Matrix key={record.etag} description={description} role={record} may={may} />
    </Stack>
  );
}

/** Every permission that a method or a field of the public API asks for. */
const permissions = {
  queryKey: ["permissions"],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<string[]> => {
    const contract = await (await fetch("/openapi.json", { signal })).text();
    const named = contract.matchAll(/"x-(?:read-|write-)?permission":\s*"([a-z_.]+)"/g);
    return [...new Set([...named].map(([, permission]) => permission as string))];
  },
  staleTime: Number.POSITIVE_INFINITY,
};

type MatrixProps = { description: Description; role: Row; may: boolean };

function Matrix({ description, role, may }: MatrixProps) {
  const { text, label } = useText("administration");
  const tell = useTell();
  const update = useUpdate(RESOURCE, () => tell.done(text("matrix.saved")));
  const summaries = useSummaries();
  const every = useQuery(permissions);
  const before = reachOf(role.grants);
  const [reach, setReach] = useState<Reach>(before);
  const changes = differences(before, reach);
  const lines = linesOf([...(every.data ?? []), ...Object.keys(before)]);
  const subjectName = (subject: string) => {
    const summary = summaries.find(({ plural }) => plural === subject);
    return summary ? label(summary.plural_label) : subject === "*" ? text("matrix.everything") : subject;
  };
  const cell = (permission: string, bare: boolean) => (
    <ScopeSelect
      key={permission}
      description={description}
      permission={permission}
      scope={reach[permission] ?? null}
      bare={bare}
      may={may}
      onChange={(scope) => setReach(granted(reach, permission, scope))}
    />
  );
  const save = () => update.mutate({ row: role, values: { grants: grantsOf(reach) } });
  if (every.error) return <Failed error={every.error} retry={() => every.refetch()} />;
  return (
    <Paper withBorder p="md" component="section" aria-label={text("matrix.title")}>
      <Stack>
        <Title order={2} size="h5">
          {text("matrix.title")}
        </Title>
        {!may && <Alert color="gray">{text(role.built_in ? "matrix.built_in" : "matrix.read_only")}</Alert>}
        <Table.ScrollContainer minWidth={760}>
          <Table stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text("matrix.resource")}</Table.Th>
                {COLUMNS.map((action) => (
                  <Table.Th key={action}>{text(`matrix.action.${action}`)}</Table.Th>
                ))}
                <Table.Th>{text("matrix.others")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {lines.map(({ subject, actions }) => (
                <Table.Tr key={subject}>
                  <Table.Th scope="row" fw={500}>
                    {subjectName(subject)}
                  </Table.Th>
                  {COLUMNS.map((action) => (
                    <Table.Td key={action}>{actions.includes(action) && cell(`${subject}.${action}`, true)}</Table.Td>
                  ))}
                  <Table.Td>
                    <Group gap="xs">
                      {actions
                        .filter((action) => !COLUMNS.includes(action))
                        .map((action) => cell(subject === "*" ? "*" : `${subject}.${action}`, false))}
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        {changes.length > 0 && (
          <SaveBar
            failure={update.error}
            saving={update.isPending}
            onSave={save}
            onCancel={() => {
              setReach(before);
              update.reset();
            }}
          >
            <Affected roleId={role.id} />
            {KINDS.map((kind) => (
              <Changes
                key={kind}
                kind={kind}
                changes={changes.filter((change) => kindOf(change) === kind)}
                description={description}
              />
            ))}
          </SaveBar>
        )}
      </Stack>
    </Paper>
  );
}

type ChangesProps = { kind: Kind; changes: readonly Difference[]; description: Description };

/** The permissions that a role gets, loses, or holds with another reach. */
function Changes({ kind, changes, description }: ChangesProps) {
  const { text } = useText("administration");
  const nameOf = useScopeName(description);
  if (!changes.length) return null;
  const heading = text(`matrix.${kind}`);
  return (
    <div role="group" aria-label={heading}>
      <Badge variant="light" tt="none" mt={6} color={COLOURS[kind]}>
        {heading}
      </Badge>
      {changes.map(({ permission, before, after }) => (
        <Text key={permission} size="sm">
          {permission}: {nameOf(before)} → {nameOf(after)}
        </Text>
      ))}
    </div>
  );
}

const COLOURS: Record<Kind, string> = { added: "teal", removed: "red", changed: "blue" };

/** How many people a change of the role reaches. */
function Affected({ roleId }: { roleId: string }) {
  const { text } = useText("administration");
  const filter = `role_ids : ${quoted(roleId)}`;
  const { data } = useList({ resource: "users", filter, fields: ["id"], pageSize: 1, total: true });
  if (data?.total == null) return null;
  return (
    <Text size="sm" role="status">
      {text("matrix.affected", { count: data.total })}{" "}
      {data.total > 0 && (
        <Link className="link" to="/$resource" params={{ resource: "users" }} search={{ filter }} target="_blank">
          {text("matrix.who")}
        </Link>
      )}
    </Text>
  );
}

/** The name of a scope in the person's language. */
function useScopeName(description: Description): (scope: Scope | null) => string {
  const texts = useText("administration");
  const field = fieldOf(description, "grants")?.fields.find(({ name }) => name === "scope");
  return (scope) => (scope && field ? enumLabel(field, scope, texts) : texts.text("matrix.none"));
}

type SelectProps = {
  description: Description;
  permission: string;
  scope: Scope | null;
  /** Without a label, since the column has one. */
  bare: boolean;
  may: boolean;
  onChange: (scope: Scope | null) => void;
};

function ScopeSelect({ description, permission, scope, bare, may, onChange }: SelectProps) {
  const nameOf = useScopeName(description);
  const action = permission.slice(permission.indexOf(".") + 1);
  if (!may) {
    return (
      <Text size="sm" c={scope ? undefined : "dimmed"} component="span">
        {!bare && `${action}: `}
        {nameOf(scope)}
      </Text>
    );
  }
  return (
    <NativeSelect
      size="xs"
      label={bare ? undefined : action}
      aria-label={permission}
      data={[{ value: "", label: nameOf(null) }, ...SCOPES.map((value) => ({ value, label: nameOf(value) }))]}
      value={scope ?? ""}
      onChange={(event) => onChange((event.currentTarget.value || null) as Scope | null)}
    />
  );
}
