/** Imports a file: what it is, which column means what, a trial without effect, then the import. */
import {
  Alert, Button, Fieldset, Group, Paper, Select, SimpleGrid, Stack, Stepper, Table, Text, Title,
} from "@mantine/core"; // biome-ignore format: one line
import { IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { api, data } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { isProblem } from "@/shared/api/problem";
import { useText } from "@/shared/i18n";
import { Failed, problemText } from "@/shared/ui/problem";
import { guessed } from "./guess";
import { Outcome, useImport } from "./outcome";
import { CODECS, SAMPLE_BYTES, type Sample, sampleOf } from "./sample";
import { type ImportTarget, importKinds, targetsOf } from "./targets";

const OPTIONS = {
  encoding: Object.keys(CODECS),
  delimiter: ["COMMA", "SEMICOLON", "TAB", "PIPE"],
  decimal_sign: ["POINT", "COMMA"],
  list_separator: ["SEMICOLON", "COMMA", "PIPE"],
  empty_cells: ["KEEP", "CLEAR"],
  duplicates: ["SKIP", "UPDATE", "CREATE", "REPORT"],
} as const;
type Options = Partial<Record<keyof typeof OPTIONS, string>>;

/** Kinds whose rows are compared with what is there. */
const COMPARED = new Set(["contacts", "leads", "accounts"]);

const SHOWN_ROWS = 5;
/** Cells of one column that can be told what they mean. */
const MOST_VALUES = 50;

/** Column to cells and what they mean. */
type Values = Record<string, Record<string, string>>;

export default function Wizard() {
  const { text } = useText("imports");
  const may = useMay();
  if (!may("imports.create")) return <Alert color="red">{text("problem.PERMISSION_DENIED")}</Alert>;
  return <Steps />;
}

function Steps() {
  const texts = useText("imports");
  const { text, label } = texts;
  const navigate = useNavigate();
  const described = useQuery(importKinds);
  const kinds = described.data?.kinds ?? [];
  const [step, setStep] = useState(0);
  const [kind, setKind] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [bytes, setBytes] = useState<Uint8Array | null>(null);
  const [options, setOptions] = useState<Options>({});
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const [meanings, setMeanings] = useState<Values>({});
  const [trial, setTrial] = useState("");
  const [failure, setFailure] = useState("");
  const [sending, setSending] = useState(false);
  const checked = useImport(trial);
  const chosenKind = kinds.find((one) => one.kind === kind);

  const sample = useMemo(
    () => (bytes ? sampleOf(bytes, options.encoding ?? "", options.delimiter ?? "") : null),
    [bytes, options.encoding, options.delimiter],
  );
  const targets = useMemo(() => (chosenKind ? targetsOf(chosenKind) : []), [chosenKind]);
  const mapping = useMemo(() => {
    const names = targets.map((target) => ({ ...target, labels: Object.values(target.label) }));
    return { ...guessed(sample?.columns ?? [], names), ...chosen };
  }, [sample, targets, chosen]);

  const take = async (next: File | undefined) => {
    if (!next) return;
    setFile(next);
    setChosen({});
    setMeanings({});
    setBytes(new Uint8Array(await next.slice(0, SAMPLE_BYTES).arrayBuffer()));
  };

  const send = async (dryRun: boolean) => {
    if (!file || !kind) return;
    setSending(true);
    setFailure("");
    try {
      const form = new FormData();
      form.set("kind", kind);
      form.set("dry_run", String(dryRun));
      for (const [name, value] of Object.entries(options)) if (value) form.set(name, value);
      form.set("mapping", JSON.stringify(mappingOf(mapping, meanings)));
      form.set("file", file);
      const started = await data(api.POST("/v1/imports", { body: { kind, file: "" }, bodySerializer: () => form }));
      if (dryRun) {
        setTrial(started.id);
        setStep(2);
      } else {
        navigate({ to: "/$resource/$id", params: { resource: "imports", id: started.id } });
      }
    } catch (problem) {
      if (!isProblem(problem)) throw problem;
      setFailure(problemText(problem, texts));
    } finally {
      setSending(false);
    }
  };

  return (
    <Stack className="page" maw={980}>
      <Title order={1} size="h3">
        {text("imports.new")}
      </Title>
      <Stepper active={step} onStepClick={setStep} allowNextStepsSelect={false} size="sm">
        <Stepper.Step label={text("imports.step.file")}>
          <Stack mt="md">
            <Select
              label={text("imports.kind")}
              data={kinds.map((one) => ({ value: one.kind, label: label(one.plural_label) }))}
              value={kind}
              onChange={(next) => {
                setKind(next);
                setOptions({ ...options, duplicates: undefined });
                setChosen({});
                setMeanings({});
              }}
              allowDeselect={false}
              maw={320}
            />
            <Drop file={file} onFile={take} />
            <Group justify="flex-end">
              <Button disabled={!chosenKind || !sample} onClick={() => setStep(1)}>
                {text("imports.next")}
              </Button>
            </Group>
            {described.error && <Failed error={described.error} retry={() => described.refetch()} />}
          </Stack>
        </Stepper.Step>
        <Stepper.Step label={text("imports.step.columns")}>
          {sample && chosenKind && (
            <Stack mt="md">
              <OptionInputs kind={kind} options={options} onChange={setOptions} />
              <Columns
                sample={sample}
                targets={targets}
                mapping={mapping}
                onChange={(column, name) => setChosen({ ...chosen, [column]: name })}
              />
              <Meanings
                sample={sample}
                targets={targets}
                mapping={mapping}
                meanings={meanings}
                onChange={setMeanings}
              />
              <Missing mapping={mapping} targets={targets} />
              {failure && (
                <Alert color="red" role="alert">
                  {failure}
                </Alert>
              )}
              <Group justify="space-between">
                <Button variant="default" onClick={() => setStep(0)}>
                  {text("imports.back")}
                </Button>
                <Button loading={sending} onClick={() => send(true)} disabled={!Object.values(mapping).some(Boolean)}>
                  {text("imports.try")}
                </Button>
              </Group>
            </Stack>
          )}
        </Stepper.Step>
        <Stepper.Step label={text("imports.step.try")}>
          <Stack mt="md">
            {checked.data && <Outcome run={checked.data} />}
            {checked.error && <Failed error={checked.error} retry={() => checked.refetch()} />}
            {failure && (
              <Alert color="red" role="alert">
                {failure}
              </Alert>
            )}
            <Group justify="space-between">
              <Button variant="default" onClick={() => setStep(1)}>
                {text("imports.back")}
              </Button>
              <Button loading={sending} disabled={checked.data?.state !== "DONE"} onClick={() => send(false)}>
                {text("imports.start")}
              </Button>
            </Group>
          </Stack>
        </Stepper.Step>
      </Stepper>
    </Stack>
  );
}

/** The mapping as the API takes it. */
function mappingOf(mapping: Record<string, string>, meanings: Values) {
  const entries = Object.entries(mapping).filter(([, field]) => field);
  return Object.fromEntries(
    entries.map(([column, field]) => {
      const values = Object.fromEntries(Object.entries(meanings[column] ?? {}).filter(([, meaning]) => meaning));
      return [column, Object.keys(values).length ? { field, values } : field];
    }),
  );
}

function Drop({ file, onFile }: { file: File | null; onFile: (file: File | undefined) => void }) {
  const { text, number } = useText("imports");
  const input = useRef<HTMLInputElement>(null);
  return (
    <Paper
      withBorder
      p="xl"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        onFile(event.dataTransfer.files[0]);
      }}
    >
      <Stack align="center" gap="xs">
        <Button variant="light" leftSection={<IconUpload size={16} />} onClick={() => input.current?.click()}>
          {text("imports.choose")}
        </Button>
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          aria-label={text("imports.file")}
          hidden
          onChange={(event) => onFile(event.currentTarget.files?.[0])}
        />
        <Text size="sm" c="dimmed">
          {file ? `${file.name} (${number(Math.ceil(file.size / 1024))} KB)` : text("imports.drop")}
        </Text>
      </Stack>
    </Paper>
  );
}

type OptionsProps = { kind: string | null; options: Options; onChange: (options: Options) => void };

function OptionInputs({ kind, options, onChange }: OptionsProps) {
  const { text } = useText("imports");
  const names = (Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]).filter(
    (name) => name !== "duplicates" || COMPARED.has(kind ?? ""),
  );
  return (
    <Fieldset legend={text("imports.options")}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 5 }}>
        {names.map((name) => (
          <Select
            key={name}
            label={text(`imports.option.${name}`)}
            placeholder={text(name === "duplicates" ? "imports.by_rules" : "imports.automatic")}
            data={OPTIONS[name].map((value) => ({ value, label: text(`imports.sign.${value}`) }))}
            value={options[name] ?? null}
            onChange={(value) => onChange({ ...options, [name]: value ?? undefined })}
            clearable
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  );
}

type ColumnsProps = {
  sample: Sample;
  targets: ImportTarget[];
  mapping: Record<string, string>;
  onChange: (column: string, name: string) => void;
};

function Columns({ sample, targets, mapping, onChange }: ColumnsProps) {
  const { text, label } = useText("imports");
  const choices = targets.map((target) => ({ value: target.name, label: label(target.label) }));
  return (
    <Table.ScrollContainer minWidth={360}>
      <Table aria-label={text("imports.step.columns")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text("imports.column")}</Table.Th>
            <Table.Th>{text("imports.examples")}</Table.Th>
            <Table.Th>{text("imports.field")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sample.columns.map(
            (column, place) =>
              column && (
                // biome-ignore lint/suspicious/noArrayIndexKey: a file may have a name twice
                <Table.Tr key={place}>
                  <Table.Td>{column}</Table.Td>
                  <Table.Td>
                    <Text size="sm" c="dimmed" lineClamp={2}>
                      {sample.rows
                        .slice(0, SHOWN_ROWS)
                        .map((row) => row[place])
                        .filter(Boolean)
                        .join(" · ")}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Select
                      aria-label={text("imports.field_of", { column })}
                      placeholder={text("imports.unused")}
                      data={choices}
                      value={mapping[column] || null}
                      onChange={(name) => onChange(column, name ?? "")}
                      searchable
                      clearable
                    />
                  </Table.Td>
                </Table.Tr>
              ),
          )}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

type MeaningsProps = Omit<ColumnsProps, "onChange"> & { meanings: Values; onChange: (meanings: Values) => void };

/** What the cells of columns mean whose field has only certain values. */
function Meanings({ sample, targets, mapping, meanings, onChange }: MeaningsProps) {
  const { text, label } = useText("imports");
  return sample.columns.map((column, place) => {
    const field = targets.find(({ name }) => name === mapping[column])?.field;
    if (field?.type !== "ENUM") return null;
    const names = new Set(field.values.map(({ name }) => name.toLowerCase()));
    const cells = [...new Set(sample.rows.map((row) => row[place]?.trim() ?? ""))]
      .filter((cell) => cell && !names.has(cell.toLowerCase()))
      .slice(0, MOST_VALUES);
    if (!cells.length) return null;
    return (
      <Fieldset key={column} legend={text("imports.values", { column })}>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
          {cells.map((cell) => (
            <Select
              key={cell}
              label={cell}
              placeholder={text("imports.as_it_is")}
              data={field.values.map(({ name, label: labels }) => ({ value: name, label: label(labels) }))}
              value={meanings[column]?.[cell] || null}
              onChange={(name) => onChange({ ...meanings, [column]: { ...meanings[column], [cell]: name ?? "" } })}
              clearable
            />
          ))}
        </SimpleGrid>
      </Fieldset>
    );
  });
}

type MissingProps = { mapping: Record<string, string>; targets: ImportTarget[] };

/** Tells which columns are not used, and which required fields no column fills. */
function Missing({ mapping, targets }: MissingProps) {
  const { text, label } = useText("imports");
  const unused = Object.keys(mapping).filter((column) => !mapping[column]);
  const filled = new Set(Object.values(mapping).flatMap((name) => [name, `${name}_id`]));
  const missing = targets.filter(({ name, required }) => required && !filled.has(name) && !filled.has(`${name}_id`));
  return (
    <Stack gap={4}>
      {unused.length > 0 && <Text size="sm">{text("imports.unused_columns", { columns: unused.join(", ") })}</Text>}
      {missing.length > 0 && (
        <Text size="sm" c="orange">
          {text("imports.missing", { fields: missing.map((target) => label(target.label)).join(", ") })}
        </Text>
      )}
    </Stack>
  );
}
