//! Server-sent events, out of bytes that are cut anywhere: also inside a line ending or a character.

/// No event of a model or a service comes near this; a server that never ends a line must not
/// fill the memory.
const LONGEST_EVENT: usize = 8 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    pub name: String,
    pub data: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SseError {
    #[error("an event is longer than any that makes sense")]
    TooLong,
    #[error("an event is not valid UTF-8")]
    NotUtf8,
}

/// Feed it the bytes as they come, take out the events as they are complete. What follows the
/// last blank line is an event that broke off, and is never handed out.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The last byte was a carriage return, so a line feed that follows belongs to it.
    after_return: bool,
}

impl Parser {
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, SseError> {
        let mut complete = Vec::new();
        for &byte in bytes {
            let ends_line = match byte {
                b'\n' if self.after_return => {
                    self.after_return = false;
                    continue;
                }
                b'\n' | b'\r' => true,
                _ => false,
            };
            self.after_return = byte == b'\r';
            if ends_line {
                complete.extend(self.end_line()?);
            } else if self.line.len() + self.event.data.len() >= LONGEST_EVENT {
                return Err(SseError::TooLong);
            } else {
                self.line.push(byte);
            }
        }
        Ok(complete)
    }

    fn end_line(&mut self) -> Result<Option<Event>, SseError> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return Ok(std::mem::take(&mut self.has_data).then_some(event));
        }
        let line = std::str::from_utf8(&line).map_err(|_| SseError::NotUtf8)?;
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.has_data = true;
                self.event.data.push_str(value);
            }
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    const STREAM: &str = ": hello\r\n\r\nevent: greeting\ndata: Grüße\ndata: zwei 🦀\n\ndata:x\r\rid: 7\n\nretry: 5\ndata: [DONE]\n\nevent: half\ndata: nev";

    fn expected() -> Vec<Event> {
        vec![
            event("greeting", "Grüße\nzwei 🦀"),
            event("", "x"),
            event("", "[DONE]"),
        ]
    }

    proptest! {
        #[test]
        fn events_are_the_same_however_the_bytes_are_cut(cuts in prop::collection::vec(1_usize..9, 1..80)) {
            let mut parser = Parser::default();
            let mut rest = STREAM.as_bytes();
            let mut events = Vec::new();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (chunk, after) = rest.split_at((*cut).min(rest.len()));
                events.extend(parser.push(chunk).unwrap());
                rest = after;
            }
            prop_assert_eq!(events, expected());
        }
    }

    #[test]
    fn an_event_without_end_is_refused_before_it_fills_the_memory() {
        let mut parser = Parser::default();
        let megabyte = vec![b'x'; 1024 * 1024];
        let outcome: Result<Vec<_>, _> = (0..20).map(|_| parser.push(&megabyte)).collect();
        assert_eq!(outcome.unwrap_err(), SseError::TooLong);
    }

    #[test]
    fn invalid_utf8_is_an_error_and_no_replacement_character() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(b"data: \xff\n\n"), Err(SseError::NotUtf8));
    }
}
