/** Sending a form that no contract describes: whether it is on its way, and what was wrong with which field. */
import { type FormEvent, useState } from "react";
import { isProblem } from "@/shared/api/problem";
import type { Errors } from "@/shared/fields/input";
import { useText } from "@/shared/i18n";
import { fieldErrors, problemText } from "@/shared/ui/problem";

/** `fields` are those that the form shows an error at; any other error becomes `failure`. */
export function useSubmit<T>(work: () => Promise<T>, onDone: (answer: T) => void, fields: readonly string[] = []) {
  const texts = useText();
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState("");
  const [sending, setSending] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // A dialog stands in the page's tree of components even if it is drawn elsewhere.
    event.stopPropagation();
    setSending(true);
    setErrors({});
    setFailure("");
    try {
      onDone(await work());
    } catch (problem) {
      if (!isProblem(problem)) throw problem;
      const names = Object.keys(problem.errors);
      setErrors(fieldErrors(problem, texts));
      if (!names.length || names.some((name) => !fields.includes(name))) setFailure(problemText(problem, texts));
    } finally {
      setSending(false);
    }
  };
  return { submit, sending, failure, error: (field: string) => errors[field]?.join(" ") };
}
