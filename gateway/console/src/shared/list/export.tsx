/** The records of a list as a CSV file, made in the browser page by page. */
import { ActionIcon, Button, Group, Modal, Progress, Radio, Stack, Text, Tooltip } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { Json } from "@/shared/api/client";
import type { Listing } from "@/shared/api/records";
import { type Description, type Field, fieldOf } from "@/shared/describe";
import { type Names, plain } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";
import { pagesOf } from "./batch";
import { BYTE_ORDER_MARK, csvLine, download } from "./csv";

/** Records of one file. */
const MOST = 100_000;

type Props = { description: Description; listing: Listing; columns: readonly string[]; total: number | null };

export function ExportButton(props: Props) {
  const { text } = useText();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Tooltip label={text("export.title")}>
        <ActionIcon variant="default" size={36} aria-label={text("export.title")} onClick={() => setOpened(true)}>
          <IconDownload size={16} />
        </ActionIcon>
      </Tooltip>
      {opened && <ExportDialog {...props} onClose={() => setOpened(false)} />}
    </>
  );
}

/** The value as the API gives it; what is no single value as JSON. */
const raw = (value: Json): string => {
  if (value == null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

function ExportDialog({ description, listing, columns, total, onClose }: Props & { onClose: () => void }) {
  const texts = useText();
  const { text, label, language } = texts;
  const tell = useTell();
  const [form, setForm] = useState<"read" | "raw">("read");
  const [done, setDone] = useState<number | null>(null);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const fields = columns.map((name) => fieldOf(description, name)).filter((field) => field !== undefined);
  const count = Math.min(total ?? 0, MOST);

  const start = async () => {
    stop.current = new AbortController();
    setDone(0);
    const readable = form === "read";
    // Spreadsheets expect the separator of their language, where the decimal sign is a comma.
    const separator = readable && language === "de" ? ";" : ",";
    const cell = (field: Field, value: Json, names: Names) =>
      readable ? plain(field, value, names, texts) : raw(value);
    const head = fields.map((field) => (readable ? label(field.label) : field.name));
    const parts = [BYTE_ORDER_MARK, csvLine(head, separator)];
    let written = 0;
    try {
      const wanted = { ...listing, fields: ["id", ...columns], expand: readable ? listing.expand : [] };
      for await (const { rows, names } of pagesOf(wanted, MOST, stop.current.signal)) {
        parts.push(
          rows
            .map((row) =>
              csvLine(
                fields.map((field) => cell(field, row[field.name], names)),
                separator,
              ),
            )
            .join(""),
        );
        written += rows.length;
        setDone(written);
      }
      download(`${description.plural}.csv`, parts, "text/csv;charset=utf-8");
      tell.done(text("export.done", { count: written }));
      onClose();
    } catch (problem) {
      if (!stop.current.signal.aborted) tell.failed(problem);
      setDone(null);
    }
  };

  return (
    <Modal opened onClose={onClose} title={text("export.title")}>
      <Stack>
        <Text size="sm">{text("export.what", { count })}</Text>
        {total != null && total > MOST && (
          <Text size="sm" c="orange">
            {text("export.limit", { most: MOST })}
          </Text>
        )}
        <Radio.Group label={text("export.values")} value={form} onChange={(next) => setForm(next as "read" | "raw")}>
          <Stack gap="xs" mt="xs">
            <Radio value="read" label={text("export.read")} disabled={done !== null} />
            <Radio value="raw" label={text("export.raw")} disabled={done !== null} />
          </Stack>
        </Radio.Group>
        {done !== null && (
          <Stack gap={4} role="status">
            <Progress value={(100 * done) / Math.max(count, 1)} aria-label={text("bulk.progress", { done, count })} />
            <Text size="xs" c="dimmed">
              {text("bulk.progress", { done, count })}
            </Text>
          </Stack>
        )}
        <Group justify="flex-end" className="form-buttons">
          <Button variant="default" onClick={done === null ? onClose : () => stop.current.abort()}>
            {text("form.cancel")}
          </Button>
          <Button onClick={start} loading={done !== null} leftSection={<IconDownload size={16} />}>
            {text("export.start")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
