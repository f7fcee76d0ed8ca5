import config from './jest.config.js';

/** Renews what is kept in the repository of the service's answers: Postman's examples and the screenshot. */
export default { ...config, globals: { isRecording: true } };
