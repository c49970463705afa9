/** One record of any resource: title, actions, fields that are edited where they stand. */

import {
  ActionIcon,
  Anchor,
  Badge,
  Breadcrumbs,
  Button,
  Group,
  Menu,
  Paper,
  Skeleton,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useState } from "react";
import { call, type Json } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { changed, isPast, type Row, recordKey, useUpdate } from "@/shared/api/records";
import { type Action, actionOf, type Description, editable, type Field, fieldOf, shown } from "@/shared/describe";
import { Star } from "@/shared/favourites/star";
import { type Errors, FieldInput } from "@/shared/fields/input";
import { colourOf, enumLabel, isEmpty, type Names, plain, Value } from "@/shared/fields/value";
import { ActionDialog, useDialog } from "@/shared/form/dialogs";
import { useText } from "@/shared/i18n";
import { type Page as TimedPage, usePainted } from "@/shared/timing/timing";
import { usePageTitle } from "@/shared/ui/page-title";
import { Failed, fieldErrors, useTell } from "@/shared/ui/problem";
import { useDescribedRecord } from "./described-record";
import { FieldTitle } from "./origin";
import { Sharing } from "./sharing";
import { Suggestion } from "./suggestion";

type Props = {
  resource: string;
  id: string;
  /** Beside the fields: what belongs to records of this kind. */
  children?: (record: Row, names: Names, description: Description) => ReactNode;
  /** Buttons before those of the actions. */
  tools?: (record: Row) => ReactNode;
  /** Whether an action makes sense among the buttons; all do if absent. */
  offered?: (action: Action) => boolean;
};

export function RecordPage({ resource, id, children, tools, offered }: Props) {
  const { description, read } = useDescribedRecord(resource, id);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={300} />;
  const { record, names } = read.data;
  return (
    <Stack className="page">
      <RecordHeader description={description} record={record} names={names} tools={tools?.(record)} offered={offered} />
      <div className={children ? "record" : undefined}>
        <Paper withBorder p="md">
          <Fields description={description} record={record} names={names} />
        </Paper>
        {children && <Stack>{children(record, names, description)}</Stack>}
      </div>
    </Stack>
  );
}

const Others = lazy(() => import("@/shared/presence/others"));

/** The title of a record. */
export function titleOf(description: Description, record: Row, names: Names): string {
  const title = record[description.title_field];
  return (fieldOf(description, description.title_field)?.reference ? names[title] : title) || "—";
}

type HeaderProps = {
  description: Description;
  record: Row;
  names: Names;
  tools?: ReactNode;
  /** Whether an action makes sense for the record as it is; all do if absent. */
  offered?: (action: Action) => boolean;
  /** Which kind of page it heads, and whether the rest is drawn too: for how long somebody has waited. */
  page?: TimedPage;
  drawn?: boolean;
};

export function RecordHeader({ description, record, names, tools, offered, page = "RECORD", drawn }: HeaderProps) {
  const texts = useText();
  usePainted(page, drawn ?? true);
  const status = fieldOf(description, "status");
  const title = titleOf(description, record, names);
  usePageTitle(title);
  return (
    <Stack gap={4}>
      <Breadcrumbs>
        <Link className="link" to="/$resource" params={{ resource: description.plural }} search={{}}>
          {texts.label(description.plural_label)}
        </Link>
        <Text size="sm" c="dimmed">
          {title}
        </Text>
      </Breadcrumbs>
      <Group justify="space-between">
        <Group gap="sm">
          <Title order={1} size="h2">
            {title}
          </Title>
          <Star description={description} record={record} title={title} />
          {status?.type === "ENUM" && record.status && (
            <Badge variant="light" size="lg" tt="none" color={colourOf(record.status)}>
              {enumLabel(status, record.status, texts)}
            </Badge>
          )}
          <Suspense>
            <Others kind={description.kind} id={record.id} />
          </Suspense>
        </Group>
        <Group gap="xs">
          {tools}
          <Suggestion description={description} record={record} names={names} title={title} />
          {description.shareable && <Sharing resource={description.plural} id={record.id} title={title} />}
          <Actions description={description} record={record} names={names} offered={offered} />
        </Group>
      </Group>
    </Stack>
  );
}

const STANDARD_SHOWN = 3;

/** What can be done with the record beside changing its fields. */
export function Actions({ description, record, names, offered = () => true }: Omit<HeaderProps, "tools">) {
  const { text, label } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const tell = useTell();
  const dialog = useDialog<Action>();
  const run = useMutation({
    mutationFn: (action: Action) =>
      call(action.verb, action.path.replace("{id}", record.id), {
        body: action.verb === "POST" ? {} : undefined,
        etag: record.etag,
      }),
    onSuccess: () => changed(client, description.plural, record.id),
    onError: tell.failed,
  });
  const special = description.actions.filter(
    (action) =>
      action.allowed &&
      !action.standard &&
      action.verb === "POST" &&
      /\{id\}:[a-zA-Z]+$/.test(action.path) &&
      offered(action),
  );
  const remove = actionOf(description, "delete");
  const undelete = actionOf(description, "undelete");
  const start = (action: Action) => (action.fields.length ? dialog.open(action) : run.mutate(action));
  const removeRecord = async () => {
    // The page is left first: what it shows would be asked for again as soon as the deletion is heard of.
    await navigate({ to: "/$resource", params: { resource: description.plural }, search: {} });
    try {
      await call("DELETE", `/v1/${description.plural}/${record.id}`, { etag: record.etag });
    } catch (problem) {
      tell.failed(problem);
      return;
    }
    client.removeQueries({ queryKey: recordKey(description.plural, record.id) });
    await changed(client, description.plural);
    const message = text("record.deleted", { title: titleOf(description, record, names) });
    if (!undelete) tell.done(message);
    else {
      tell.undoable(message, async () => {
        await call("POST", `/v1/${description.plural}/${record.id}:undelete`, { body: {} });
        await changed(client, description.plural, record.id);
      });
    }
  };
  return (
    <>
      {special.slice(0, STANDARD_SHOWN).map((action) => (
        <Button key={action.name} variant="default" onClick={() => start(action)} loading={run.isPending}>
          {label(action.label)}
        </Button>
      ))}
      {(special.length > STANDARD_SHOWN || remove) && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={text("ui.more")}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {special.slice(STANDARD_SHOWN).map((action) => (
              <Menu.Item key={action.name} onClick={() => start(action)}>
                {label(action.label)}
              </Menu.Item>
            ))}
            {remove && (
              <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={removeRecord}>
                {label(remove.label)}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      {dialog.subject && (
        <ActionDialog
          description={description}
          action={dialog.subject}
          row={record}
          names={names}
          onClose={dialog.close}
        />
      )}
    </>
  );
}

type FieldsProps = { description: Description; record: Row; names: Names; only?: readonly string[] };

/** Every field that has a value or may get one. */
export function Fields({ description, record, names, only }: FieldsProps) {
  const fields = description.fields.filter(
    (field) =>
      shown(field) && (only ? only.includes(field.name) : true) && (editable(field) || !isEmpty(record[field.name])),
  );
  const first = actionOf(description, "update") && fields.find(editable);
  return (
    <dl className="fields">
      {fields.map((field) => (
        <OneField
          key={field.name}
          description={description}
          field={field}
          record={record}
          names={names}
          first={field === first}
        />
      ))}
    </dl>
  );
}

type OneProps = { description: Description; field: Field; record: Row; names: Names };

function OneField({ description, field, record, names, first }: OneProps & { first: boolean }) {
  const texts = useText();
  const [editing, setEditing] = useState(false);
  const [left, setLeft] = useState(false);
  const may = editable(field) && Boolean(actionOf(description, "update"));
  const value = record[field.name];
  const title = texts.label(field.label);
  return (
    <div className={field.type === "MESSAGE" || field.multiline ? "wide" : undefined}>
      <Text component="dt" size="xs" c="dimmed">
        {isPast(record) ? (
          title
        ) : (
          <FieldTitle
            resource={description.plural}
            id={record.id}
            version={record.etag}
            name={field.name}
            title={title}
          />
        )}
      </Text>
      <dd>
        {editing ? (
          <FieldEditor
            description={description}
            field={field}
            record={record}
            names={names}
            onClose={() => {
              setEditing(false);
              setLeft(true);
            }}
          />
        ) : (
          <Group gap={4} wrap="nowrap" className="field-value">
            <div>
              {field.type === "MESSAGE" && field.repeated ? (
                (value ?? []).map((entry: Json, index: number) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity but their place
                  <Text key={index} size="sm">
                    {plain({ ...field, repeated: false }, entry, names, texts)}
                  </Text>
                ))
              ) : (
                <Value field={field} value={value} names={names} />
              )}
              {isEmpty(value) && (
                <Text size="sm" c="dimmed" component="span">
                  —
                </Text>
              )}
            </div>
            {may && (
              <ActionIcon
                className="edit"
                // Who works with the keys goes on from here.
                autoFocus={left}
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={texts.text("record.edit", { field: title })}
                aria-keyshortcuts={first ? "e" : undefined}
                onClick={() => setEditing(true)}
              >
                <IconPencil size={14} />
              </ActionIcon>
            )}
          </Group>
        )}
      </dd>
    </div>
  );
}

function FieldEditor({ description, field, record, names, onClose }: OneProps & { onClose: () => void }) {
  const texts = useText();
  const { text } = texts;
  const update = useUpdate(description.plural);
  const [base] = useState(record);
  const [value, setValue] = useState<Json>(base[field.name]);
  const [errors, setErrors] = useState<Errors>({});
  const tell = useTell();
  const changedMeanwhile = JSON.stringify(record[field.name]) !== JSON.stringify(base[field.name]);
  const save = () =>
    update.mutate(
      { row: record, values: { [field.name]: value ?? null } },
      {
        onSuccess: onClose,
        onError: (problem) => {
          if (isProblem(problem) && Object.keys(problem.errors).length) setErrors(fieldErrors(problem, texts));
          else tell.failed(problem);
        },
      },
    );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    if (event.key === "Enter" && !field.multiline && field.type !== "MESSAGE") save();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the input in it
    <div onKeyDown={onKeyDown}>
      <FieldInput
        field={field}
        value={value}
        onChange={setValue}
        path={field.name}
        errors={errors}
        names={names}
        autoFocus
        bare
      />
      {changedMeanwhile && (
        <Text size="xs" c="orange" role="status">
          {text("record.changed_meanwhile")} <Value field={field} value={record[field.name]} names={names} />
        </Text>
      )}
      <Group gap="xs" mt={6}>
        <Button size="compact-sm" onClick={save} loading={update.isPending}>
          {text("form.save")}
        </Button>
        <Anchor component="button" type="button" size="sm" onClick={onClose}>
          {text("form.cancel")}
        </Anchor>
      </Group>
    </div>
  );
}
