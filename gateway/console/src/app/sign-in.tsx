/** Where a person proves who they are; afterwards the page they came for. */
import { Alert, Anchor, Button, Center, Paper, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { preferences } from "@/shared/api/preferences";
import { isProblem } from "@/shared/api/problem";
import { callPublic } from "@/shared/api/public";
import { signIn } from "@/shared/api/session";
import { useText } from "@/shared/i18n";
import { problemText } from "@/shared/ui/problem";

type Step = "password" | "code" | "forgotten" | "sent";

export function SignIn() {
  const texts = useText();
  const { text } = texts;
  const { to } = useSearch({ from: "/sign-in" });
  const client = useQueryClient();
  const router = useRouter();
  const [step, setStep] = useState<Step>("password");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const [failure, setFailure] = useState("");
  const [sending, setSending] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSending(true);
    setFailure("");
    try {
      if (step === "forgotten") {
        await callPublic("POST", "/v1/auth:forgotPassword", { email });
        setStep("sent");
        return;
      }
      await signIn({ email, password, ...(totp && { totp }) });
      client.clear();
      // Only an address of ours: anything else would lead away after a sign-in.
      if (to?.startsWith("/") && !to.startsWith("//")) router.history.push(`/app${to}`);
      else {
        const { effective } = await client.fetchQuery(preferences);
        router.history.push(`/app${effective?.start_page || "/"}`);
      }
    } catch (problem) {
      if (isProblem(problem, "TOTP_REQUIRED")) setStep("code");
      else setFailure(isProblem(problem) ? problemText(problem, texts) : String(problem));
    } finally {
      setSending(false);
    }
  };

  return (
    <Center mih="100dvh" p="md" className="sign-in">
      <Paper withBorder shadow="sm" p="xl" w={380} component="main">
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h3">
              {text(step === "forgotten" || step === "sent" ? "sign_in.forgotten" : "sign_in.title")}
            </Title>
            {failure && (
              <Alert color="red" role="alert">
                {failure}
              </Alert>
            )}
            {step === "sent" && <Alert color="teal">{text("sign_in.sent", { email })}</Alert>}
            {step === "code" ? (
              <TextInput
                label={text("sign_in.code")}
                description={text("sign_in.code_help")}
                value={totp}
                onChange={(event) => setTotp(event.currentTarget.value.trim())}
                autoComplete="one-time-code"
                inputMode="numeric"
                autoFocus
                required
              />
            ) : (
              <TextInput
                label={text("sign_in.email")}
                type="email"
                value={email}
                onChange={(event) => setEmail(event.currentTarget.value)}
                autoComplete="username"
                autoFocus
                required
              />
            )}
            {step === "password" && (
              <PasswordInput
                label={text("sign_in.password")}
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
                autoComplete="current-password"
                required
              />
            )}
            {step !== "sent" && (
              <Button type="submit" loading={sending} fullWidth>
                {text(step === "forgotten" ? "sign_in.send_link" : "sign_in.submit")}
              </Button>
            )}
            <Anchor
              component="button"
              type="button"
              size="sm"
              onClick={() => setStep(step === "password" ? "forgotten" : "password")}
            >
              {text(step === "password" ? "sign_in.forgotten" : "sign_in.back")}
            </Anchor>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
