//! Licence expressions as crates write them (SPDX, and the older `A/B`). Answers one question: may it be used. No legal advice.

/// Whether the licences allowed here satisfy the expression. An expression that cannot be read is not satisfied.
pub fn satisfied(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser {
        words: &words,
        allowed,
    };
    parser.any() == Some(true) && parser.words.is_empty()
}

struct Parser<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl Parser<'_> {
    fn take(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }

    fn next(&mut self) -> Option<String> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some((*first).to_owned())
    }

    /// `OR` binds weakest.
    fn any(&mut self) -> Option<bool> {
        let mut good = self.every()?;
        while self.take("OR") {
            good |= self.every()?;
        }
        Some(good)
    }

    fn every(&mut self) -> Option<bool> {
        let mut good = self.one()?;
        while self.take("AND") {
            good &= self.one()?;
        }
        Some(good)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let inner = self.any()?;
            return self.take(")").then_some(inner);
        }
        let mut name = self
            .next()
            .filter(|word| !["AND", "OR", "WITH", ")"].contains(&word.as_str()))?;
        if self.take("WITH") {
            name = format!("{name} WITH {}", self.next()?);
        }
        Some(self.allowed.contains(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_satisfied_by_one_side_of_or_and_both_of_and() {
        let allowed = [
            "MIT".to_owned(),
            "Apache-2.0".to_owned(),
            "Apache-2.0 WITH LLVM-exception".to_owned(),
        ];
        for good in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/GPL-3.0",
            "(MIT OR GPL-3.0) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR X",
        ] {
            assert!(satisfied(good, &allowed), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "GPL-3.0 OR MIT AND X",
            "(MIT",
            "MIT MIT",
            "MIT WITH Oddity",
            "OR",
            "AND MIT",
        ] {
            assert!(!satisfied(bad, &allowed), "{bad}");
        }
    }
}
