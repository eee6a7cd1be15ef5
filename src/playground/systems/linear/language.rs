//! As much of GraphQL's language as a client of Linear writes: one operation with variables,
//! nested selections, arguments and aliases.

use serde_json::{Map, Number, Value};
use std::iter::Peekable;
use std::vec::IntoIter;

/// A field that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What it is called in the answer.
    pub alias: String,
    pub name: String,
    /// With the variables put in.
    pub arguments: Map<String, Value>,
    pub selection: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    pub is_mutation: bool,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(String),
    Mark(char),
}

/// What is wrong with a document, in a sentence.
pub type Wrong = String;

pub fn parse(document: &str, variables: &Map<String, Value>) -> Result<Operation, Wrong> {
    let mut reader = Reader {
        tokens: tokens(document)?.into_iter().peekable(),
        variables,
    };
    let is_mutation = match reader.tokens.next() {
        Some(Token::Name(kind)) if kind == "query" => false,
        Some(Token::Name(kind)) if kind == "mutation" => true,
        other => return Err(format!("Syntax Error: Unexpected {other:?}.")),
    };
    // The operation's name and what its variables are; their types are not checked.
    while reader.tokens.peek() != Some(&Token::Mark('{')) {
        let next = reader.tokens.next();
        next.ok_or_else(|| "Syntax Error: Expected {.".to_owned())?;
    }
    Ok(Operation {
        is_mutation,
        fields: reader.selection()?,
    })
}

struct Reader<'a> {
    tokens: Peekable<IntoIter<Token>>,
    variables: &'a Map<String, Value>,
}

impl Reader<'_> {
    fn takes(&mut self, mark: char) -> bool {
        self.tokens.next_if_eq(&Token::Mark(mark)).is_some()
    }

    fn expect(&mut self, mark: char) -> Result<(), Wrong> {
        match self.takes(mark) {
            true => Ok(()),
            false => Err(format!(
                "Syntax Error: Expected {mark:?}, found {:?}.",
                self.tokens.peek()
            )),
        }
    }

    fn name(&mut self) -> Result<String, Wrong> {
        match self.tokens.next() {
            Some(Token::Name(name)) => Ok(name),
            other => Err(format!("Syntax Error: Expected Name, found {other:?}.")),
        }
    }

    fn selection(&mut self) -> Result<Vec<Field>, Wrong> {
        self.expect('{')?;
        let mut fields = Vec::new();
        while !self.takes('}') {
            let alias = self.name()?;
            let name = if self.takes(':') {
                self.name()?
            } else {
                alias.clone()
            };
            let arguments = if self.takes('(') {
                self.pairs(')')?
            } else {
                Map::new()
            };
            let selection = if self.tokens.peek() == Some(&Token::Mark('{')) {
                self.selection()?
            } else {
                Vec::new()
            };
            fields.push(Field {
                alias,
                name,
                arguments,
                selection,
            });
        }
        Ok(fields)
    }

    fn pairs(&mut self, end: char) -> Result<Map<String, Value>, Wrong> {
        let mut pairs = Map::new();
        while !self.takes(end) {
            let name = self.name()?;
            self.expect(':')?;
            pairs.insert(name, self.value()?);
        }
        Ok(pairs)
    }

    fn value(&mut self) -> Result<Value, Wrong> {
        match self.tokens.next() {
            Some(Token::Mark('$')) => {
                let name = self.name()?;
                Ok(self.variables.get(&name).cloned().unwrap_or_default())
            }
            Some(Token::Mark('{')) => Ok(Value::Object(self.pairs('}')?)),
            Some(Token::Mark('[')) => {
                let mut items = Vec::new();
                while !self.takes(']') {
                    items.push(self.value()?);
                }
                Ok(Value::Array(items))
            }
            Some(Token::Text(text)) => Ok(Value::String(text)),
            Some(Token::Number(digits)) => {
                let number = digits.parse::<Number>();
                let number = number.map_err(|_| format!("Syntax Error: {digits} is no number."))?;
                Ok(Value::Number(number))
            }
            Some(Token::Name(name)) => Ok(match name.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                _ => Value::String(name),
            }),
            other => Err(format!("Syntax Error: Unexpected {other:?}.")),
        }
    }
}

fn tokens(document: &str) -> Result<Vec<Token>, Wrong> {
    let mut tokens = Vec::new();
    let mut letters = document.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut word = String::from(letter);
        let mut rest = |belongs: fn(char) -> bool| {
            while let Some(more) = letters.next_if(|it| belongs(*it)) {
                word.push(more);
            }
            std::mem::take(&mut word)
        };
        match letter {
            letter if letter.is_whitespace() || letter == ',' => {}
            letter if letter.is_alphabetic() || letter == '_' => {
                tokens.push(Token::Name(rest(|it| it.is_alphanumeric() || it == '_')));
            }
            letter if letter.is_ascii_digit() || letter == '-' => {
                tokens.push(Token::Number(rest(|it| it.is_ascii_digit() || it == '.')));
            }
            '"' => {
                let quoted = rest(|it| it != '"');
                letters.next();
                tokens.push(Token::Text(quoted[1..].to_owned()));
            }
            '{' | '}' | '(' | ')' | '[' | ']' | ':' | '$' | '!' | '=' => {
                tokens.push(Token::Mark(letter));
            }
            other => return Err(format!("Syntax Error: Unexpected character {other:?}.")),
        }
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_operation_is_read_with_its_variables_put_in() {
        let variables = json!({"after": "c1"});
        let read = parse(
            "query Issues($after: String!) {
                found: issues(first: 2, after: $after, filter: {or: [{id: {eq: \"7\"}}]}) {
                    nodes { id }
                }
            }",
            variables.as_object().unwrap(),
        );
        let field = |name: &str, selection| Field {
            alias: name.to_owned(),
            name: name.to_owned(),
            arguments: Map::new(),
            selection,
        };
        let arguments = json!({
            "first": 2, "after": "c1", "filter": {"or": [{"id": {"eq": "7"}}]},
        });
        let issues = Field {
            alias: "found".to_owned(),
            name: "issues".to_owned(),
            arguments: arguments.as_object().unwrap().clone(),
            selection: vec![field("nodes", vec![field("id", Vec::new())])],
        };
        assert_eq!(
            read,
            Ok(Operation {
                is_mutation: false,
                fields: vec![issues],
            })
        );
        assert!(parse("query { a", &Map::new()).is_err());
    }
}
