/** The second factor: codes of an authenticator app beside the password. */
import {
  Alert,
  Badge,
  Button,
  Code,
  Group,
  Modal,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, data } from "@/shared/api/client";
import { me, useMe } from "@/shared/api/me";
import { useSubmit } from "@/shared/form/submit";
import { useText } from "@/shared/i18n";
import { saveAs } from "@/shared/ui/save-as";
import { QrCode } from "./qr-code";

type Step = "enrol" | "disable" | "regenerate";

export function SecondFactor() {
  const { text } = useText("profile");
  const { totp_enabled: enabled, recovery_codes_left: left } = useMe();
  const [step, setStep] = useState<Step | null>(null);
  return (
    <>
      <Group gap="xs">
        <Badge color={enabled ? "teal" : "gray"} variant="light" tt="none">
          {text(enabled ? "factor.on" : "factor.off")}
        </Badge>
        {enabled && (
          <Text size="sm" c="dimmed">
            {text("factor.codes_left", { count: left })}
          </Text>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {text("factor.help")}
      </Text>
      <Group>
        {enabled ? (
          <>
            <Button variant="default" onClick={() => setStep("regenerate")}>
              {text("factor.regenerate")}
            </Button>
            <Button variant="light" color="red" onClick={() => setStep("disable")}>
              {text("factor.disable")}
            </Button>
          </>
        ) : (
          <Button onClick={() => setStep("enrol")}>{text("factor.enrol")}</Button>
        )}
      </Group>
      {step && (
        <Modal opened onClose={() => setStep(null)} title={text(`factor.${step}`)} closeOnClickOutside={false}>
          {step === "enrol" && <Enrol onClose={() => setStep(null)} />}
          {step === "disable" && <Disable onClose={() => setStep(null)} />}
          {step === "regenerate" && <Regenerate onClose={() => setStep(null)} />}
        </Modal>
      )}
    </>
  );
}

type StepProps = { onClose: () => void };

function Enrol({ onClose }: StepProps) {
  const { text } = useText("profile");
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const [secret, setSecret] = useState<{ secret: string; otpauth_uri: string } | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const start = useSubmit(() => data(api.POST("/v1/me:enrolTotp", { body: { password } })), setSecret, ["password"]);
  const confirm = useSubmit(
    () => data(api.POST("/v1/me:confirmTotp", { body: { totp } })),
    (answer) => {
      setCodes(answer.recovery_codes);
      client.invalidateQueries({ queryKey: me.queryKey });
      client.invalidateQueries({ queryKey: ["sessions"] });
    },
    ["totp"],
  );
  if (codes) return <RecoveryCodes codes={codes} onClose={onClose} />;
  if (!secret) {
    return (
      <Form form={start} action={text("factor.next")}>
        <PasswordField value={password} onChange={setPassword} error={start.error("password")} />
      </Form>
    );
  }
  return (
    <Form form={confirm} action={text("factor.confirm")}>
      <Text size="sm">{text("factor.scan")}</Text>
      <Group justify="center">
        <QrCode content={secret.otpauth_uri} label={text("factor.qr")} />
      </Group>
      <Text size="sm">
        {text("factor.type")} <Code data-testid="secret">{secret.secret}</Code>
      </Text>
      <CodeField value={totp} onChange={setTotp} error={confirm.error("totp")} focus />
    </Form>
  );
}

function Disable({ onClose }: StepProps) {
  const { text } = useText("profile");
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const form = useSubmit(() => data(api.POST("/v1/me:disableTotp", { body: { password, totp } })), () => {
    client.invalidateQueries({ queryKey: me.queryKey });
    onClose();
  }, ["password", "totp"]);
  return (
    <Form form={form} action={text("factor.disable")} color="red">
      <PasswordField value={password} onChange={setPassword} error={form.error("password")} />
      <CodeField value={totp} onChange={setTotp} error={form.error("totp")} />
    </Form>
  );
}

function Regenerate({ onClose }: StepProps) {
  const { text } = useText("profile");
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const form = useSubmit(
    () => data(api.POST("/v1/me:regenerateRecoveryCodes", { body: { password, totp } })),
    (answer) => {
      setCodes(answer.recovery_codes);
      client.invalidateQueries({ queryKey: me.queryKey });
    },
    ["password", "totp"],
  );
  if (codes) return <RecoveryCodes codes={codes} onClose={onClose} />;
  return (
    <Form form={form} action={text("factor.regenerate")}>
      <PasswordField value={password} onChange={setPassword} error={form.error("password")} />
      <CodeField value={totp} onChange={setTotp} error={form.error("totp")} />
    </Form>
  );
}

function RecoveryCodes({ codes, onClose }: StepProps & { codes: string[] }) {
  const { text } = useText("profile");
  return (
    <Stack>
      <Alert color="yellow">{text("factor.codes_help")}</Alert>
      <SimpleGrid cols={2} component="ul" className="recovery-codes" aria-label={text("factor.codes")}>
        {codes.map((code) => (
          <li key={code}>
            <Code>{code}</Code>
          </li>
        ))}
      </SimpleGrid>
      <Group justify="flex-end">
        <Button variant="default" onClick={() => saveAs("crm-recovery-codes.txt", `${codes.join("\n")}\n`)}>
          {text("factor.download")}
        </Button>
        <Button onClick={onClose}>{text("factor.kept")}</Button>
      </Group>
    </Stack>
  );
}

type FormProps = { form: ReturnType<typeof useSubmit>; action: string; color?: string; children: ReactNode };

function Form({ form, action, color, children }: FormProps) {
  return (
    <form onSubmit={form.submit}>
      <Stack>
        {form.failure && (
          <Alert color="red" role="alert">
            {form.failure}
          </Alert>
        )}
        {children}
        <Group justify="flex-end">
          <Button type="submit" loading={form.sending} color={color}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type FieldProps = { value: string; onChange: (value: string) => void; error: string | undefined; focus?: boolean };

function PasswordField({ value, onChange, error }: FieldProps) {
  const { text } = useText("profile");
  return (
    <PasswordInput
      label={text("profile.current_password")}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      autoComplete="current-password"
      data-autofocus
      required
    />
  );
}

function CodeField({ value, onChange, error, focus }: FieldProps) {
  const { text } = useText("profile");
  return (
    <TextInput
      label={text("sign_in.code")}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
      error={error}
      autoComplete="one-time-code"
      inputMode="numeric"
      autoFocus={focus}
      required
    />
  );
}
