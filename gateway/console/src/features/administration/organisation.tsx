/** Whose suite it is: name, logo, books, and what holds for whoever has not chosen otherwise. */
import {
  Alert, Button, FileButton, Group, Image, MultiSelect, Paper, Select, Skeleton, Stack, Switch, Text, TextInput,
  Title,
} from "@mantine/core"; // biome-ignore format: one line
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, data, type Told } from "@/shared/api/client";
import { preferences } from "@/shared/api/preferences";
import type { components } from "@/shared/api/schema";
import { type Choice, currencies, languages, MOST_SHOWN, timeZones } from "@/shared/fields/codes";
import { useSubmit } from "@/shared/form/submit";
import { useText } from "@/shared/i18n";
import { usePageTitle } from "@/shared/ui/page-title";
import { Failed, useTell } from "@/shared/ui/problem";

type Organisation = Told<components["schemas"]["Organisation"]>;
type Defaults = NonNullable<Organisation["default_preferences"]>;
type Patch = components["schemas"]["OrganisationPatch"];

const organisation = {
  queryKey: ["organisation"],
  queryFn: () => data(api.GET("/v1/organisation")),
};
const logo = { queryKey: ["organisation", "logo"], queryFn: () => data(api.GET("/v1/organisation/logo")) };

/** As large as a logo may be, in bytes. */
const MOST_BYTES = 65_536;

export default function OrganisationPage() {
  // Its defaults are named as the profile names them.
  const { text } = useText("administration", "profile");
  const read = useQuery(organisation);
  const title = text("organisation.title");
  usePageTitle(title);
  return (
    <Stack className="page" maw={880}>
      <Title order={1} size="h3">
        {title}
      </Title>
      {read.error && <Failed error={read.error} retry={() => read.refetch()} />}
      {read.isPending && <Skeleton height={400} />}
      {read.data && <Form key={read.data.etag} stored={read.data} />}
      <Logo />
    </Stack>
  );
}

const FIELDS = ["name", "currency", "fiscal_year_start_month", "time_zone", "languages"] as const;
const SENT = [...FIELDS, "default_preferences", "measures_console"] as const;
const SHOWN = ["date_format", "density", "theme"] as const;
const OPTIONS = {
  date_format: ["ISO", "DAY_FIRST", "MONTH_FIRST"],
  density: ["COMFORTABLE", "COMPACT"],
  theme: ["SYSTEM", "LIGHT", "DARK"],
};

function Form({ stored }: { stored: Organisation }) {
  const { text, language } = useText("administration");
  const tell = useTell();
  const client = useQueryClient();
  const [values, setValues] = useState(stored);
  const set = (changed: Partial<Organisation>) => setValues((former) => ({ ...former, ...changed }));
  const defaults = values.default_preferences;
  const unchanged = JSON.stringify(values) === JSON.stringify(stored);
  const form = useSubmit(
    () => {
      const body = Object.fromEntries(SENT.map((name) => [name, values[name]]));
      return data(
        api.PATCH("/v1/organisation", { params: { header: { "If-Match": `"${stored.etag}"` } }, body: body as Patch }),
      );
    },
    async (answer) => {
      client.setQueryData(organisation.queryKey, answer);
      tell.done(text("organisation.saved"));
      await client.invalidateQueries({ queryKey: preferences.queryKey });
    },
    FIELDS,
  );
  const chosen = (field: "currency" | "time_zone", choices: Choice[]) => (
    <Select
      label={text(`organisation.${field}`)}
      data={choices}
      value={values[field]}
      onChange={(value) => value && set({ [field]: value })}
      error={form.error(field)}
      limit={MOST_SHOWN}
      allowDeselect={false}
      searchable
    />
  );
  const month = new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" });
  return (
    <form onSubmit={form.submit}>
      <Stack>
        {form.failure && (
          <Alert color="red" role="alert">
            {form.failure}
          </Alert>
        )}
        <Section title={text("organisation.company")}>
          <div className="inputs">
            <TextInput
              label={text("organisation.name")}
              value={values.name ?? ""}
              onChange={(event) => set({ name: event.currentTarget.value })}
              error={form.error("name")}
              maxLength={200}
              required
            />
            {chosen("currency", currencies(language))}
            {chosen("time_zone", timeZones())}
            <Select
              label={text("organisation.fiscal_year_start_month")}
              data={Array.from({ length: 12 }, (_, index) => ({
                value: String(index + 1),
                label: month.format(Date.UTC(2026, index)),
              }))}
              value={String(values.fiscal_year_start_month)}
              onChange={(value) => value && set({ fiscal_year_start_month: Number(value) })}
              error={form.error("fiscal_year_start_month")}
              allowDeselect={false}
            />
            <MultiSelect
              label={text("organisation.languages")}
              description={text("organisation.languages_help")}
              data={languages(language)}
              value={values.languages ?? []}
              onChange={(codes) => set({ languages: codes })}
              error={form.error("languages")}
            />
          </div>
        </Section>
        <Section title={text("organisation.defaults")}>
          <Text size="sm" c="dimmed">
            {text("organisation.defaults_help")}
          </Text>
          <div className="inputs">
            {SHOWN.map((field) => (
              <Select
                key={field}
                label={text(`preference.${field}`)}
                data={OPTIONS[field].map((value) => ({ value, label: text(`preference.${field}.${value}`) }))}
                value={defaults?.[field] ?? null}
                onChange={(value) => set({ default_preferences: { ...defaults, [field]: value } as Defaults })}
                placeholder={text("organisation.suite_decides")}
                clearable
              />
            ))}
          </div>
        </Section>
        <Section title={text("organisation.console")}>
          <Switch
            label={text("organisation.measures_console")}
            description={text("organisation.measures_console_help")}
            checked={values.measures_console}
            onChange={(event) => set({ measures_console: event.currentTarget.checked })}
          />
        </Section>
        <Group justify="flex-end" className="form-buttons">
          <Button variant="default" disabled={unchanged} onClick={() => setValues(stored)}>
            {text("form.cancel")}
          </Button>
          <Button type="submit" loading={form.sending} disabled={unchanged}>
            {text("form.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Logo() {
  const { text } = useText("administration");
  const tell = useTell();
  const client = useQueryClient();
  const read = useQuery(logo);
  const save = async (image: string) => {
    try {
      client.setQueryData(organisation.queryKey, await data(api.PATCH("/v1/organisation", { body: { logo: image } })));
      await client.invalidateQueries({ queryKey: logo.queryKey });
      tell.done(text("organisation.saved"));
    } catch (problem) {
      tell.failed(problem);
    }
  };
  const choose = async (file: File | null) => {
    if (!file) return;
    if (file.size > MOST_BYTES) tell.failed(text("organisation.logo_too_large"));
    else await save(await asDataUrl(file));
  };
  const shown = read.data?.logo;
  return (
    <Section title={text("organisation.logo")}>
      {read.error && <Failed error={read.error} retry={() => read.refetch()} />}
      <Group>
        {shown && <Image src={shown} alt={text("organisation.logo")} mah={64} maw={240} w="auto" fit="contain" />}
        <FileButton onChange={choose} accept="image/png,image/webp">
          {(props) => (
            <Button variant="default" {...props}>
              {text("organisation.choose_logo")}
            </Button>
          )}
        </FileButton>
        {shown && (
          <Button variant="subtle" color="red" onClick={() => save("")}>
            {text("organisation.remove_logo")}
          </Button>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {text("organisation.logo_help")}
      </Text>
    </Section>
  );
}

const asDataUrl = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}
