//! Check digits of numbers that are given to people, cards, accounts, vehicles and devices.
//!
//! A number that passes is marked without any word before it. Each takes the number without its blanks and hyphens.

/// Cards and many accounts: Luhn's check, ISO/IEC 7812-1 annex B.
pub(super) fn luhn(digits: &str) -> bool {
    let sum = digits.bytes().rev().enumerate().try_fold(0_u32, |sum, (place, digit)| {
        let digit = u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        Some(sum + doubled / 10 + doubled % 10)
    });
    digits.len() > 1 && sum.is_some_and(|sum| sum % 10 == 0)
}

/// International bank account numbers: ISO 13616, remainder 1 of 97 with the first four characters moved to the end.
pub(super) fn iban(code: &str) -> bool {
    if !(15..=34).contains(&code.len()) || !code.is_ascii() {
        return false;
    }
    let (front, rest) = code.split_at(4);
    remainder_97(&format!("{rest}{front}")) == Some(1)
}

fn remainder_97(code: &str) -> Option<u32> {
    code.chars().try_fold(0_u32, |rest, character| {
        let value = character.to_digit(36)?;
        Some((if value < 10 { rest * 10 + value } else { rest * 100 + value }) % 97)
    })
}

/// Social security numbers of the United States: no area 000, 666 or 900 and more, no group 00, no serial 0000 (20 CFR
/// 422.103; Social Security Administration, randomization of 2011).
pub(super) fn social_security_us(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u16>().ok());
    digits.len() == 9
        && part(0, 3).is_some_and(|area| area != 0 && area != 666 && area < 900)
        && part(3, 5).is_some_and(|group| group != 0)
        && part(5, 9).is_some_and(|serial| serial != 0)
}

/// NHS numbers of the United Kingdom: ten digits, remainder of 11 (NHS Data Dictionary, NHS NUMBER).
pub(super) fn nhs(digits: &str) -> bool {
    let Some(values) = values(digits).filter(|values| values.len() == 10) else { return false };
    let sum: u32 = values.iter().take(9).zip((2..=10).rev()).map(|(value, weight)| value * weight).sum();
    let check = (11 - sum % 11) % 11;
    check < 10 && values.last() == Some(&check)
}

/// Health insurance numbers of Germany: a letter as two digits and eight digits, weighted 1 2 1 2 ..., cross sums, and the
/// last digit of their sum (§ 290 SGB V, technical annex).
pub(super) fn kvnr(code: &str) -> bool {
    let mut characters = code.chars();
    let Some(letter) = characters.next().filter(char::is_ascii_uppercase) else { return false };
    let number = letter as u32 - u32::from('A') + 1;
    let Some(values) = values(characters.as_str()).filter(|values| values.len() == 9) else { return false };
    let sum: u32 = [number / 10, number % 10]
        .into_iter()
        .chain(values.iter().copied().take(8))
        .enumerate()
        .map(|(place, value)| {
            let weighted = if place % 2 == 1 { value * 2 } else { value };
            weighted / 10 + weighted % 10
        })
        .sum();
    values.last() == Some(&(sum % 10))
}

/// Social security numbers of France: thirteen digits (2A and 2B for Corsica) and a key of two, 97 less the remainder
/// (INSEE, numéro d'inscription au répertoire).
pub(super) fn nir(code: &str) -> bool {
    if code.len() != 15 || !code.is_ascii() {
        return false;
    }
    let digits = code.to_ascii_uppercase().replace("2A", "19").replace("2B", "18");
    let (Some(body), Some(key)) = (
        digits.get(..13).and_then(|body| body.parse::<u64>().ok()),
        digits.get(13..).and_then(|key| key.parse::<u64>().ok()),
    ) else {
        return false;
    };
    digits.starts_with(['1', '2']) && key == 97 - body % 97
}

/// Vehicle identification numbers: seventeen characters, the ninth a remainder of 11 (49 CFR 565.15(c)).
pub(super) fn vin(code: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if code.len() != 17 {
        return false;
    }
    let sum = code.chars().zip(WEIGHTS).try_fold(0, |sum, (character, weight)| {
        let value = match character {
            '0'..='9' => character.to_digit(10)?,
            'A'..='H' => character as u32 - u32::from('A') + 1,
            'J'..='N' => character as u32 - u32::from('J') + 1,
            'P' => 7,
            'R' => 9,
            'S'..='Z' => character as u32 - u32::from('S') + 2,
            _ => return None,
        };
        Some(sum + value * weight)
    });
    let check = match sum {
        Some(sum) if sum % 11 == 10 => Some('X'),
        Some(sum) => char::from_digit(sum % 11, 10),
        None => None,
    };
    check.is_some() && code.chars().nth(8) == check
}

/// Numbers of prescribers in the United States: two letters, seven digits (21 CFR 1301.13 names them; the check is the
/// Drug Enforcement Administration's).
pub(super) fn dea(code: &str) -> bool {
    let Some(values) = code.get(2..).and_then(values).filter(|values| values.len() == 7) else { return false };
    let odd: u32 = values.iter().step_by(2).take(3).sum();
    let even: u32 = values.iter().skip(1).step_by(2).take(3).sum();
    code.bytes().take(2).all(|byte| byte.is_ascii_alphanumeric()) && values.last() == Some(&((odd + 2 * even) % 10))
}

/// Global trade item numbers at the head of a device identifier: fourteen digits, GS1 General Specifications 7.9.
pub(super) fn gtin(digits: &str) -> bool {
    let Some(values) = values(digits).filter(|values| values.len() == 14) else { return false };
    let sum: u32 =
        values.iter().enumerate().map(|(place, value)| if place % 2 == 0 { value * 3 } else { *value }).sum();
    sum.is_multiple_of(10)
}

fn values(digits: &str) -> Option<Vec<u32>> {
    digits.chars().map(|digit| digit.to_digit(10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is_right: fn(&str) -> bool, right: &[&str], wrong: &[&str]) {
        for code in right {
            assert!(is_right(code), "{code} is right");
        }
        for code in wrong {
            assert!(!is_right(code), "{code} is wrong");
        }
    }

    #[test]
    fn check_digits_tell_numbers_from_noise() {
        check(luhn, &["4111111111111111", "79927398713"], &["4111111111111112", "", "0", "4111x"]);
        check(iban, &["DE89370400440532013000", "GB82WEST12345698765432"], &["DE88370400440532013000", "DE", "é"]);
        check(social_security_us, &["536904399"], &["000121234", "666121234", "987654321", "123450000", "123"]);
        check(nhs, &["9434765919"], &["9434765918", "943476591", "12345é7890"]);
        check(kvnr, &["A123456780"], &["A123456789", "1234567890", "é23456780"]);
        check(nir, &["255081416802538"], &["255081416802539", "355081416802538", "25508141680253"]);
        check(vin, &["1M8GDM9AXKP042788", "11111111111111111"], &["1M8GDM9A1KP042788", "IOQ", ""]);
        check(dea, &["AP5836727"], &["AP5836726", "A", "é5836727"]);
        check(gtin, &["00614141007349"], &["00614141007348", "0061414100734"]);
    }
}
