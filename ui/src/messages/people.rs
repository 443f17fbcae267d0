//! Words of an account's own pages: forgotten passwords, verified addresses, ways in, leaving.

words! {
    FORGOT = "Forgot your password?";
    FORGOT_TITLE = "Set a new password";
    FORGOT_TEXT = "Type the address of your account. A link to set a new password goes there.";
    SEND_LINK = "Send me a link";
    SENDING = "Sending";
    SENT_TITLE = "Look into your mail";
    SENT_TEXT = "If the address has an account here, a link is on its way. It works once, for 30 minutes.";
    TO_SIGN_IN = "Go to the sign-in";
    RESET_TITLE = "Choose a new password";
    RESET_TEXT = "You are signed out everywhere else, and a mail tells of it.";
    NEW_PASSWORD = "New password";
    EVERYTHING = "Disconnect every device, revoke every access token and remove every passkey and provider too";
    EVERYTHING_HINT = "Choose this if somebody else may have known your password.";
    SET_PASSWORD = "Set the password";
    SETTING = "Setting it";
    RESET_DONE_TITLE = "The password is set";
    RESET_DONE_TEXT = "Sign in with it.";
    LINK_BROKEN_TITLE = "This link is not complete";
    LINK_BROKEN_TEXT = "Open the link of the mail again, or copy all of it.";
    LINK_OVER = "This link was used or has run out. Ask for another.";
    VERIFY_TITLE = "Confirm your e-mail address";
    VERIFY_TEXT = "One more step, so that a program that reads your mail does not do it for you.";
    VERIFY = "Confirm the address";
    VERIFYING = "Confirming";
    VERIFIED_TITLE = "The address is confirmed";
    GO_ON = "Go on";
    ACCOUNT = "Account";
    EMAIL = "E-mail address";
    CONFIRMED = "confirmed";
    UNCONFIRMED = "not confirmed";
    CONFIRM_HINT = "A link that confirms it went to this address.";
    SEND_AGAIN = "Send it again";
    SENT_AGAIN = "A mail is on its way";
    KEEP_OLD = "Keep the old address";
    KEPT = "The address stays as it is";
    NO_MAIL = "This server sends no mail, so that addresses cannot be confirmed or changed. Whoever looks after it can set smtp_url.";
    NAME = "Name";
    NAME_TEXT = "What the members of your teams see beside your address. Public prompts have a name of their own.";
    NAME_TOLD = "Said by a provider that lets you in, and taken over each time you sign in there: change it there.";
    NAME_SAVED = "The name is saved";
    OTHER_ADDRESS = "Where you sign in, your address is";
    USE_ADDRESS = "Use this address";
    CHANGE_EMAIL = "Change the address";
    CHANGE_EMAIL_TEXT = "The new one counts once the link that goes there was used.";
    NEW_EMAIL = "New address";
    PRESENT_PASSWORD = "Present password";
    CHANGE_PASSWORD = "Change the password";
    CHANGE_PASSWORD_TEXT = "Other browsers are signed out. Connected devices stay connected, and passkeys sign in as before: look at yours under Security.";
    PASSWORD_CHANGED = "The password is changed";
    ACCESS_TEXT = "All that is let in with your account. What you end here cannot come back without your password.";
    BROWSERS = "Browsers";
    MAKE_ONE = "How to add one";
    END_ALL_TITLE = "Leave nothing open";
    END_MORE = "Disconnect devices and revoke tokens too";
    END_ELSEWHERE = "Sign out everywhere else";
    ENDED_ELSEWHERE = "Signed out everywhere else";
    END_ALL_HINT = "Everywhere means this browser too.";
    EXPORT = "Download everything";
    EXPORT_TEXT = "One JSON file with all that is kept about you: the account, sessions, devices and tokens without secrets, your teams, votes and reports, the library with every version, every run.";
    DELETE = "Delete my account";
    DELETE_TEXT = "You are signed out everywhere, devices are disconnected and tokens revoked at once. Seven days later the account is erased, with its library, its runs and its keys. Sign in before then to keep it.";
    DELETE_KEPT = "Kept are backups that the owner of this server made before, and for a day a number by which attempts to sign in are counted.";
    KEEP_ACCOUNT = "Keep my account";
    ACCOUNT_KEPT = "Your account stays. Devices and tokens must be connected again";
    ACCOUNT_LEAVING = "Your account will be erased in seven days. Sign in before then to keep it";
    OR = "or with a password";
    LINK_TITLE = "Is this account yours?";
    LINK_PASSWORD = "Password of that account";
    LINK = "Prove it and sign in";
    NOT_LINK = "Sign in another way";
    FAILED_AWAY = "The provider does not answer. Try again in a moment, or sign in another way.";
    FAILED_DENIED = "The provider did not let you through. Try again, or sign in another way.";
    FAILED_FOREIGN = "This sign-in was begun elsewhere, or too long ago. Begin again here.";
    FAILED_REFUSED = "What the provider said could not be believed. Try again; if it stays so, tell whoever looks after this server.";
    FAILED_TAKEN = "Another account here has this sign-in already.";
    FAILED_CLOSED = "This server takes no new accounts. Ask its owner.";
    FAILED_ADDRESS = "The provider gave no e-mail address, without which there is no account.";
    FAILED_OTHER = "An account with this address is signed in to another way. Use that, then add this one in the settings.";
    WAYS = "Sign-in methods";
    WAYS_TEXT = "Besides your password. An address alone never lets anybody in: whoever adds a method, or removes one, proves that the account is theirs.";
    NOT_SET_UP = "not set up here any more: it lets nobody in";
    ADD_WAY = "Add a sign-in method";
    ADD_WAY_TEXT = "You go on to the provider, say there who you are, and come back here.";
    NO_PASSWORD = "Your account has no password. Set one to have a second way in.";
    SET_FIRST = "Set a password";
    ADD = "Add";
    REMOVE = "Remove";
    REMOVED = "Removed. It lets nobody in any more";
    USED = "Last used";
    ADDED = "Added";
    PICTURE = "Picture";
    PICTURE_TEXT = "Members of your teams see it. A PNG, JPEG, WebP or GIF of at most 256 kB is kept as it is, with what the camera wrote into it.";
    CHOOSE_PICTURE = "Choose a picture";
    REMOVE_PICTURE = "Remove the picture";
    PICTURE_SET = "Your picture was changed";
    PICTURE_GONE = "Your picture was removed";
    PICTURE_LARGE = "Choose a file of at most 256 kB.";
    STALE = "This needs a sign-in of the last ten minutes. Sign out and in again.";
    PASSWORD_WRONG = "This is not your present password.";
}

/// What a confirmed address leads to.
#[must_use]
pub fn verified(email: &str) -> String {
    format!("{email} is the address of your account.")
}

/// An address that waits.
#[must_use]
pub fn waits(email: &str) -> String {
    format!("{email} takes its place once the link that went there was used.")
}

/// The button of a provider.
#[must_use]
pub fn with(provider: &str) -> String {
    format!("Continue with {provider}")
}

/// That a password proves an account.
#[must_use]
pub fn link_text(provider: &str, email: &str) -> String {
    format!(
        "{provider} says that you are {email}. An account here has that address: type its password once to sign in to it with {provider} from now on."
    )
}

/// Why a sign-in through a provider came to nothing.
#[must_use]
pub fn failed(why: &str) -> &'static str {
    match why {
        "away" => FAILED_AWAY,
        "denied" => FAILED_DENIED,
        "foreign" => FAILED_FOREIGN,
        "taken" => FAILED_TAKEN,
        "closed" => FAILED_CLOSED,
        "address" => FAILED_ADDRESS,
        "other" => FAILED_OTHER,
        _ => FAILED_REFUSED,
    }
}

/// When an account is erased.
#[must_use]
pub fn leaving(when: &str) -> String {
    format!("This account will be erased on {when}.")
}
