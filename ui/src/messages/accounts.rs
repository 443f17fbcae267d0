//! Words of signing up, signing in, and connecting a device.

use crate::format::wait;
use krowoc_shared::error::ErrorCode;

words! {
    SIGN_IN_TITLE = "Sign in to Krowoc";
    SIGN_UP_TITLE = "Create your account";
    TAGLINE = "Your prompts, with you in every tab.";
    EMAIL = "E-mail";
    PASSWORD = "Password";
    PASSWORD_HINT = "At least 10 characters. A sentence is easy to remember.";
    SIGN_IN = "Sign in";
    SIGN_UP = "Create account";
    SIGNING_IN = "Signing in";
    SIGNING_UP = "Creating the account";
    NO_ACCOUNT = "No account here yet? ";
    HAVE_ACCOUNT = "Have an account? ";
    SHOW_PASSWORD = "Show password";
    HIDE_PASSWORD = "Hide password";
    EMAIL_MISSING = "Type your e-mail address.";
    EMAIL_WRONG = "This is not an e-mail address. It needs a name, an @ and a domain.";
    PASSWORD_MISSING = "Type your password.";
    PASSWORD_SHORT = "The password is too short. Use at least 10 characters.";
    FIRST_CONNECT = "Sign in to connect the extension. You come back to it.";
    CHECKING = "Looking who is signed in";
    CONNECT_TITLE = "Connect this browser";
    CONNECT_TEXT = "The Krowoc extension asks to read and change your library. It cannot see your password, and you can disconnect it at any time.";
    CONNECT = "Connect";
    CONNECTING = "Connecting";
    NOT_NOW = "Not now";
    DEVICE = "Device";
    SERVER = "Server";
    ACCOUNT = "Account";
    CONNECT_BROKEN_TITLE = "This link is not complete";
    CONNECT_BROKEN = "Open the options of the Krowoc extension, type the address of this server and press Connect there.";
    CONNECT_DECLINED_TITLE = "Nothing was connected";
    CONNECT_DECLINED = "You can close this tab. To connect later, press Connect in the options of the extension.";
    DONE_TITLE = "The extension takes over";
    DONE = "You can close this tab. If the extension does not say that it is connected within a minute, press Connect in its options again.";
    PUBLIC_PROMPTS = "Public prompts, without an account";
    TO_LIBRARY = "Open the library";
}

/// What an error of signing in or up says, with the fix.
#[must_use]
pub fn sign_in_error(code: ErrorCode, retry_after: Option<u32>) -> Option<String> {
    let text = match code {
        ErrorCode::WrongCredentials => {
            "E-mail or password is not right. Check both; capitals count in the password."
        }
        ErrorCode::EmailTaken => "This e-mail address has an account. Sign in instead.",
        ErrorCode::WeakPassword => PASSWORD_SHORT,
        ErrorCode::RateLimited => {
            return Some(match retry_after {
                Some(seconds) => format!("Too many attempts. Try again in {}.", wait(seconds)),
                None => "Too many attempts. Wait a minute and try again.".to_owned(),
            });
        }
        _ => return None,
    };
    Some(text.to_owned())
}
