/** The first run of an installation: who administers it, and what the organisation is called. */
import {
  Alert,
  Anchor,
  Button,
  Center,
  Loader,
  Paper,
  PasswordInput,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { callPublic } from "@/shared/api/public";
import { signIn } from "@/shared/api/session";
import { useSubmit } from "@/shared/form/submit";
import { useText } from "@/shared/i18n";
import { Failed } from "@/shared/ui/problem";

const PATH = "/v1/setup";
const setup = { queryKey: ["setup"], queryFn: (): Promise<{ needed: boolean }> => callPublic("GET", PATH) };

export default function FirstRun() {
  const { text } = useText("setup_first_run");
  const state = useQuery(setup);
  return (
    <Center mih="100dvh" p="md" className="sign-in">
      <Paper withBorder shadow="sm" p="xl" w={460} maw="100%" component="main">
        <Stack>
          <Title order={1} size="h3">
            {text("first_run.title")}
          </Title>
          {state.error && <Failed error={state.error} retry={() => state.refetch()} />}
          {state.isPending && <Loader />}
          {state.data?.needed && <FirstRunForm />}
          {state.data && !state.data.needed && (
            <>
              <Text size="sm">{text("first_run.done")}</Text>
              <Anchor component={Link} to="/sign-in">
                {text("sign_in.title")}
              </Anchor>
            </>
          )}
        </Stack>
      </Paper>
    </Center>
  );
}

const FIELDS = ["code", "organisation_name", "currency", "time_zone", "display_name", "email", "password"] as const;
type Values = Record<(typeof FIELDS)[number], string>;

function FirstRunForm() {
  const { text, language } = useText("setup_first_run");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [values, setValues] = useState<Values>({
    code: "",
    organisation_name: "",
    currency: "EUR",
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    display_name: "",
    email: "",
    password: "",
  });
  const form = useSubmit(
    async () => {
      await callPublic("POST", PATH, { ...values, language });
      await signIn({ email: values.email, password: values.password });
    },
    () => {
      client.clear();
      navigate({ to: "/" });
    },
    FIELDS,
  );
  const input = (field: keyof Values) => ({
    label: text(`first_run.${field}`),
    value: values[field],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setValues((former) => ({ ...former, [field]: value }));
    },
    error: form.error(field),
    required: true,
  });
  const choice = (field: keyof Values, codes: string[]) => ({
    label: text(`first_run.${field}`),
    data: codes,
    value: values[field],
    onChange: (value: string | null) => value && setValues((former) => ({ ...former, [field]: value })),
    error: form.error(field),
    searchable: true,
    allowDeselect: false,
    limit: 60,
  });
  return (
    <form onSubmit={form.submit}>
      <Stack>
        <Text size="sm" c="dimmed">
          {text("first_run.help")}
        </Text>
        {form.failure && (
          <Alert color="red" role="alert">
            {form.failure}
          </Alert>
        )}
        <TextInput {...input("code")} description={text("first_run.code_help")} autoComplete="off" autoFocus />
        <TextInput {...input("organisation_name")} autoComplete="organization" />
        <Select {...choice("currency", Intl.supportedValuesOf("currency"))} />
        <Select {...choice("time_zone", [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])])} />
        <TextInput {...input("display_name")} autoComplete="name" />
        <TextInput {...input("email")} type="email" autoComplete="username" />
        <PasswordInput {...input("password")} autoComplete="new-password" minLength={8} />
        <Button type="submit" loading={form.sending}>
          {text("first_run.submit")}
        </Button>
      </Stack>
    </form>
  );
}
